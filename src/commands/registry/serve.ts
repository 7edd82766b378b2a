import {Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {type ServedRegistry, servedRegistry} from '../../flavour/registry.ts'

export default class RegistryServe extends FlavorCommand {
  static override description =
    `Speaks the HTTP protocol of flavour for a directory of documents, NAMESPACE/NAME/VERSION.flavour. A file called "stack" says for which stacks the documents beside it and below it are. What is put there is served at once.

The URL is printed when it is ready; Ctrl-C ends it. Other machines get there by way of a server that speaks TLS, such as any reverse proxy: flavour asks nobody else over an open connection.`
  static override examples = [
    '<%= config.bin %> registry serve --dir addons',
    '<%= config.bin %> registry serve --dir addons --port 8080 --verbose',
    '<%= config.bin %> add acme/blog --registry http://127.0.0.1:4848',
  ]
  static override flags = {
    dir: Flags.string({default: '.', description: 'what is served', helpValue: 'DIR'}),
    host: Flags.string({default: '127.0.0.1', description: 'address to listen on', helpValue: 'ADDRESS'}),
    port: Flags.integer({default: 4848, description: 'port to listen on; 0 for one that is free', helpValue: 'N', max: 65_535, min: 0}),
    verbose: Flags.boolean({description: 'say each request on stderr'}),
  }
  static override strict = false
  static override summary = 'Serve a directory of addons as a registry'

  #told = false

  async run(): Promise<Pick<ServedRegistry, 'directory' | 'url'>> {
    const {flags} = await this.parse(RegistryServe)
    const registry = await servedRegistry(flags)
    const facts = {directory: registry.directory, url: registry.url}
    if (this.jsonEnabled()) this.logJson(facts)
    else this.log(registry.url)
    await registry.ended
    return facts
  }

  /** With --json, too, the URL is said when it is ready, and not again at the end. */
  override logJson(json: unknown): void {
    if (!this.#told) super.logJson(json)
    this.#told = true
  }
}
