/** Addons found by the real pip, in an index on the loopback that has what each test needs, and fails as each test needs. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import type {AddonFailure, FoundAddon} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {contextWith} from '../../../test/support/manager-context.ts'
import python from '../dist/python.js'

const document = 'spec: 0.1\nmeta: {name: django, version: "5.2"}\ninstall: {package: Django==5.2}\n'

const archives = `
import io, sys, tarfile, zipfile
def wheel(name, version, files):
    info = f'{name}-{version}.dist-info'
    with zipfile.ZipFile(f'{name}-{version}-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**files, f'{info}/METADATA': f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n', f'{info}/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n', f'{info}/RECORD': ''}.items():
            archive.writestr(path, content)
def source(name, version):
    with tarfile.open(f'{name}-{version}.tar.gz', 'w:gz') as archive:
        text = b'raise SystemExit("built")'
        member = tarfile.TarInfo(f'{name}-{version}/setup.py'); member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
document = sys.stdin.read()
wheel('carrier', '1.0', {'carrier/deep/addon.flavour': 'deep', 'carrier/addon.flavour': document, 'other/very/addon.flavour': 'x', 'my-addon.flavour': 'x'})
wheel('carrier', '2.0.1', {'addon.flavour': 'newest', 'carrier/addon.flavour': 'x'})
wheel('plain_one', '1.4', {'plain.py': ''})
wheel('huge', '1', {'addon.flavour': '#' * 2_000_000})
source('old', '0.6.2')
open('broken-1-py3-none-any.whl', 'w').write('no zip')
`

describe('addons of PyPI (needs python3 with pip)', function () {
  this.timeout(120_000)
  const variables = {...process.env}
  let index: Server
  let place: string
  let silence: () => void
  const asked: string[] = []

  before(async function () {
    if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) this.skip()
    place = mkdtempSync(join(tmpdir(), 'flavor-pypi-'))
    mkdirSync(join(place, 'home'))
    const made = spawnSync('python3', ['-c', archives], {cwd: place, input: document})
    assert.equal(made.status, 0, String(made.stderr))
    index = createServer(({url = ''}, response) => {
      asked.push(url)
      const [, kind = '', name = ''] = url.split('/')
      const files = packages[name]
      if (name === 'silent') silence()
      else if (name === 'failing') response.writeHead(500).end()
      else if (kind === 'simple' && files)
        response.setHeader('content-type', 'text/html').end(files.map((file) => `<a href="/files/${file}">${file}</a>\n`).join(''))
      else if (kind === 'files') response.end(readFileSync(join(place, basename(url))))
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => index.listen(0, '127.0.0.1', resolve))
    for (const name of Object.keys(process.env)) if (/^PIP_/.test(name)) delete process.env[name]
    const {port} = index.address() as AddressInfo
    Object.assign(process.env, {HOME: join(place, 'home'), PIP_CONFIG_FILE: join(place, 'pip.conf'), PIP_NO_CACHE_DIR: '1'})
    writeFileSync(join(place, 'pip.conf'), `[global]\nindex-url = http://somebody:secret@127.0.0.1:${port}/simple\nretries = 0\n`)
  })

  after(() => {
    for (const name of Object.keys(process.env)) if (/^PIP_|^HOME$/.test(name)) delete process.env[name]
    Object.assign(process.env, variables)
    index?.closeAllConnections()
    index?.close()
    if (place) rmSync(place, {force: true, recursive: true})
  })

  const packages: Readonly<Record<string, readonly string[]>> = {
    broken: ['broken-1-py3-none-any.whl'],
    carrier: ['carrier-1.0-py3-none-any.whl', 'carrier-2.0.1-py3-none-any.whl'],
    huge: ['huge-1-py3-none-any.whl'],
    old: ['old-0.6.2.tar.gz'],
    'plain-one': ['plain_one-1.4-py3-none-any.whl'],
  }

  const python3 = ['python3']

  async function find(name: string, version?: string, wishes = contextWith(python3)): Promise<FoundAddon | undefined> {
    const scratch = mkdtempSync(join(place, 'scratch-'))
    return await python.find?.({name, version}, scratch, wishes)
  }

  async function failure(name: string, version?: string, wishes = contextWith(python3)): Promise<AddonFailure> {
    const error: AddonFailure = await find(name, version, wishes).then(
      (found) => assert.fail(`it was found: ${JSON.stringify(found)}`),
      (thrown) => thrown,
    )
    assert.ok(error.problem, error.stack)
    return error
  }

  it('are the document that lies least deep in the wheel, which may install another package', async () => {
    const found = await find('Carrier', '1')
    assert.deepEqual([String(found?.bytes), found?.origin, found?.package], [document, 'package', 'carrier==1.0'])
  })

  it('are of the newest release, where no version is given', async () => {
    const found = await find('carrier')
    assert.deepEqual([String(found?.bytes), found?.package], ['newest', 'carrier==2.0.1'])
  })

  it('are derived, where the package has no document', async () => {
    const found = await find('Plain.One')
    assert.deepEqual([found?.origin, found?.package], ['derived', 'plain-one==1.4'])
    const text = 'spec: 0.1\nmeta:\n  name: pypi/plain-one\n  version: 1.4\ninstall:\n  package: plain-one==1.4\n'
    assert.equal(String(found?.bytes), text)
  })

  it('are derived, and nothing is built, where there is no wheel', async () => {
    assert.equal((await find('old', '0.6.2.0'))?.package, 'old==0.6.2')
    assert.ok(!asked.includes('/files/old-0.6.2.tar.gz'))
  })

  it('are not there, where the package or its version is not', async () => {
    assert.deepEqual(await Promise.all([find('nowhere'), find('carrier', '1.1')]), [undefined, undefined])
  })

  it('cannot be found in an index that does not answer', async () => {
    const {output = [], problem} = await failure('failing')
    assert.deepEqual(problem, {
      hint: 'python3 -m pip config list shows which index that is',
      message: 'pip cannot ask its index for failing',
    })
    assert.match(output.join('\n'), /Could not fetch URL/)
    assert.doesNotMatch(output.join('\n'), /secret/)
  })

  it('cannot be found in what is no wheel, and have a document of a size that somebody can have written', async () => {
    const [broken, huge] = await Promise.all([failure('broken'), failure('huge')])
    assert.equal(broken.message, 'pip download of broken failed')
    assert.ok((broken.output ?? []).length > 0 && (broken.output ?? []).length <= 10)
    assert.equal(huge.message, 'the wheel of huge==1 cannot be read for an addon.flavour: its addon.flavour has 2000000 bytes')
  })

  it('have names and versions that are no options, no paths and no other index', async () => {
    const before = asked.length
    for (const name of [
      '-r',
      '--index-url=http://x',
      'a;b',
      'a b',
      'a\nb',
      '../a',
      './a',
      'a==1',
      'a@file:///etc',
      'http://x/a',
      '',
      'a'.repeat(300),
      'a[b]',
    ])
      assert.match((await failure(name)).message, /is no name of a Python package$/, name)
    for (const version of ['', '-1', '1 2', '1\n2', '1;id', '1,<2', '*', '1.*', '1 @ http://x'])
      assert.match((await failure('carrier', version)).message, /is no version of a Python package$/, version)
    assert.equal(asked.length, before)
  })

  it('need a pip, and say so', async () => {
    assert.deepEqual((await failure('carrier', '1.0', contextWith([]))).problem, {
      hint: 'install Python 3 with pip, or uv',
      message: 'addons of PyPI are found by pip, and there is neither python3 nor uv on PATH',
    })
  })

  it('are no longer looked for when that is called off, before or in the middle', async () => {
    await assert.rejects(find('carrier', '1.0', contextWith(python3, AbortSignal.abort())), {name: 'AbortError'})
    const calling = new AbortController()
    silence = () => calling.abort()
    await assert.rejects(find('silent', '1.0', contextWith(python3, calling.signal)), {name: 'AbortError'})
  })
})
