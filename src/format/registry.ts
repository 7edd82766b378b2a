// Generated from format/registry.json by `npm run generate`; edit that file instead.

export const formatName = 'PSPF/2025'
export const metadataVersion = '1.0.0'
export const formatVersion = 0x20250001
export const startMark = Uint8Array.of(0xf0, 0x9f, 0x93, 0xa6)
export const endMark = Uint8Array.of(0xf0, 0x9f, 0xaa, 0x84)
export const indexSize = 8192
export const trailerSize = 8200
export const descriptorSize = 64
export const slotAlignment = 8
export const buildTool = 'flavor'
export const layoutVersion = 1

export const limits = {
  metadataJson: 1048576,
  metadataDepth: 64,
  metadataStored: 2097152,
  slotCount: 4096,
  tarPath: 4096,
  gap: 131072
} as const

export const operations = [
  {
    code: 1,
    name: 'tar',
    strings: [
      'tar'
    ]
  },
  {
    code: 16,
    name: 'gzip',
    strings: [
      'gzip',
      'gz'
    ]
  },
  {
    code: 19,
    name: 'bzip2',
    strings: [
      'bzip2',
      'bz2'
    ]
  },
  {
    code: 22,
    name: 'xz',
    strings: [
      'xz'
    ]
  },
  {
    code: 27,
    name: 'zstd',
    strings: [
      'zstd',
      'zst'
    ]
  },
  {
    code: 33,
    name: 'brotli',
    strings: [
      'brotli',
      'br'
    ]
  }
] as const

export const purposeClasses = [
  {
    code: 0,
    name: 'data'
  },
  {
    code: 1,
    name: 'code'
  },
  {
    code: 2,
    name: 'config'
  },
  {
    code: 3,
    name: 'media'
  }
] as const

export const lifecycles = [
  {
    name: 'persistent',
    code: 2
  },
  {
    name: 'volatile',
    code: 0
  },
  {
    name: 'temporary',
    code: 5
  },
  {
    name: 'cached',
    code: 4
  },
  {
    name: 'lazy',
    code: 6
  },
  {
    name: 'eager',
    code: 7
  }
] as const

export const lifecycleAliases: Readonly<Record<string, LifecycleName>> = {
  init: 'volatile',
  initialization: 'volatile',
  startup: 'persistent',
  runtime: 'persistent',
  shutdown: 'persistent',
  config: 'persistent',
  platform: 'persistent',
  dev: 'persistent',
  development: 'persistent',
  cache: 'cached',
  temp: 'temporary'
}

export const targets = [
  {
    name: 'linux-x64',
    platform: 1,
    executableSuffix: ''
  },
  {
    name: 'linux-arm64',
    platform: 1,
    executableSuffix: ''
  },
  {
    name: 'darwin-x64',
    platform: 2,
    executableSuffix: ''
  },
  {
    name: 'darwin-arm64',
    platform: 2,
    executableSuffix: ''
  },
  {
    name: 'win32-x64',
    platform: 3,
    executableSuffix: '.exe'
  },
  {
    name: 'any-any',
    platform: 0,
    executableSuffix: ''
  }
] as const

export type LifecycleName = (typeof lifecycles)[number]['name']
export type TargetName = (typeof targets)[number]['name']
