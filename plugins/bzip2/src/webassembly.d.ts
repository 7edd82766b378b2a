/** As much of it as is used here; the types of Node have none, those of browsers have much more. */
declare global {
  namespace WebAssembly {
    interface Memory {
      readonly buffer: ArrayBuffer
      grow(pages: number): number
    }

    class Module {
      constructor(bytes: Uint8Array)
    }

    class Instance {
      constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
      readonly exports: Readonly<Record<string, unknown>>
    }
  }
}

export {}
