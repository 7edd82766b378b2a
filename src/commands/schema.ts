import {FlavorCommand} from '../command.ts'
import {manifestSchema, type Schema, schemaText} from '../project/schema.ts'

export default class SchemaCommand extends FlavorCommand {
  static override description = `Draft-07, for editors and other tools. Each key has its description in it.

With the YAML extension of an editor, put this in the first line of flavor.yaml:

  # yaml-language-server: $schema=flavor.schema.json`
  static override examples = ['<%= config.bin %> schema', '<%= config.bin %> schema > flavor.schema.json']
  static override strict = false
  static override summary = 'Print the JSON Schema of the manifest'

  async run(): Promise<Schema> {
    await this.parse(SchemaCommand)
    this.log(schemaText().trimEnd())
    return manifestSchema
  }
}
