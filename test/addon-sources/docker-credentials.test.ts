/** Signing in to registries with what Docker keeps, and with real programs that keep it for Docker. */
import assert from 'node:assert/strict'
import {delimiter, parse} from 'node:path'
import {describe, it} from 'mocha'
import {dockerCredentials} from '../../dist/addon-sources/docker-credentials.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {refusal} from './context.ts'

const auth = (both: string): {auth: string} => ({auth: Buffer.from(both).toString('base64')})

/** It knows one server, and answers as Docker's own helpers do. */
const helper = {
  mode: 0o755,
  text: `#!/bin/sh
read -r server
[ "$1 $server" = "get vault.example" ] || [ "$1 $server" = "get https://index.docker.io/v1/" ] || { echo "credentials not found"; exit 1; }
printf '{"ServerURL": "%s", "Username": "jo", "Secret": "for %s"}' "$server" "$server"
`,
}

describe("what Docker's configuration says of a registry", () => {
  function ask(configuration: unknown, host: string) {
    const root = writeFiles(temporaryDirectory(), {
      '.docker/config.json': typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
      'bin/docker-credential-broken': {mode: 0o755, text: '#!/bin/sh\necho no\n'},
      'bin/docker-credential-vault': helper,
      'bin/docker-credential-where': {mode: 0o755, text: '#!/bin/sh\nprintf \'{"Username": "jo", "Secret": "%s"}\' "$(pwd)"\n'},
    })
    return dockerCredentials(host, {HOME: root, PATH: `${root}/bin${delimiter}${process.env.PATH}`})
  }

  const jo = {password: 'pass:word', username: 'jo'}
  const vault = (server: string) => ({password: `for ${server}`, username: 'jo'})
  const hub = 'https://index.docker.io/v1/'

  const known: readonly (readonly [what: string, configuration: unknown, host: string, expected: unknown])[] = [
    ['a name and a password', {auths: {'a.example:5000': auth('jo:pass:word')}}, 'a.example:5000', jo],
    ['an older key', {auths: {'https://a.example/v1/': auth('jo:pass:word')}}, 'a.example', jo],
    ['both by themselves', {auths: {'a.example': jo}}, 'a.example', jo],
    ['a token', {auths: {'a.example': {...auth('jo:'), identitytoken: 'T'}}}, 'a.example', {password: 'T', username: '<token>'}],
    ['Docker Hub', {auths: {[hub]: auth('jo:pass:word')}}, 'docker.io', jo],
    ['a helper of one host', {credHelpers: {'vault.example': 'vault'}}, 'vault.example', vault('vault.example')],
    ['a helper of all hosts', {auths: {'vault.example': {}}, credsStore: 'vault'}, 'vault.example', vault('vault.example')],
    ['a helper of Docker Hub', {credsStore: 'vault'}, 'docker.io', vault(hub)],
    ['a helper that knows nothing', {auths: {'b.example': auth('jo:pass:word')}, credsStore: 'vault'}, 'b.example', jo],
    ['a helper that answers nonsense', {credsStore: 'broken'}, 'b.example', undefined],
    ['a helper that is not there', {credsStore: 'gone'}, 'b.example', undefined],
    [
      'a helper, which never runs in the directory of a project',
      {credsStore: 'where'},
      'b.example',
      {password: parse(process.execPath).root, username: 'jo'},
    ],
    ['a helper with a path', {credsStore: '../vault'}, 'vault.example', undefined],
    ['another host', {auths: {'a.example': jo}}, 'a.example:5000', undefined],
    ['nonsense', {auths: {'a.example': {auth: 5}}, credHelpers: [], credsStore: 7}, 'a.example', undefined],
    ['nothing', {auths: null}, 'a.example', undefined],
  ]
  for (const [what, configuration, host, expected] of known) {
    const knows = process.platform === 'win32' && what.includes('helper') ? it.skip : it
    knows(`${what}: ${expected === undefined ? 'nobody' : 'somebody'}`, async () => {
      assert.deepEqual(await ask(configuration, host), expected)
    })
  }

  it('is nothing where there is none, and an error where it is broken, without what it says', async () => {
    assert.equal(await dockerCredentials('a.example', {HOME: temporaryDirectory()}), undefined)
    const {code, message} = await refusal(ask('{"auths": secret', 'a.example'))
    assert.equal(code, 'EFLAVOR_REGISTRY_ACCESS')
    assert.ok(!message.includes('secret'))
  })
})
