// Code generated from format/registry.json by `npm run generate`; edit that file instead. DO NOT EDIT.

package format

const FormatName = "PSPF/2025"
const FormatVersion = 0x20250001
const StartMark = "\xf0\x9f\x93\xa6"
const EndMark = "\xf0\x9f\xaa\x84"
const IndexSize = 8192
const TrailerSize = 8200
const DescriptorSize = 64
const SlotAlignment = 8
const BuildTool = "flavor"
const LayoutVersion = 1

const LimitMetadataJson = 1048576
const LimitMetadataDepth = 64
const LimitMetadataStored = 2097152
const LimitSlotCount = 4096
const LimitTarPath = 4096
const LimitGap = 131072

const OperationTar = 0x01
const OperationGzip = 0x10
const OperationBzip2 = 0x13
const OperationXz = 0x16
const OperationZstd = 0x1b
const OperationBrotli = 0x21

// OperationName is empty for an operation that the registry does not know.
func OperationName(word byte) string {
	switch word {
	case OperationTar:
		return "tar"
	case OperationGzip:
		return "gzip"
	case OperationBzip2:
		return "bzip2"
	case OperationXz:
		return "xz"
	case OperationZstd:
		return "zstd"
	case OperationBrotli:
		return "brotli"
	}
	return ""
}

const Persistent = "persistent"
const Volatile = "volatile"
const Temporary = "temporary"
const Cached = "cached"
const Lazy = "lazy"
const Eager = "eager"

// LifecycleOf is persistent for a word that nobody knows.
func LifecycleOf(word string) string {
	switch word {
	case "persistent", "startup", "runtime", "shutdown", "config", "platform", "dev", "development":
		return Persistent
	case "volatile", "init", "initialization":
		return Volatile
	case "temporary", "temp":
		return Temporary
	case "cached", "cache":
		return Cached
	case "lazy":
		return Lazy
	case "eager":
		return Eager
	}
	return Persistent
}

// LifecycleCode is the byte of a lifecycle in the slot table.
func LifecycleCode(word string) byte {
	switch word {
	case Persistent:
		return 2
	case Volatile:
		return 0
	case Temporary:
		return 5
	case Cached:
		return 4
	case Lazy:
		return 6
	case Eager:
		return 7
	}
	return 2
}
