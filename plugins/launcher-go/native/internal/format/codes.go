// Code generated from format/errors.json by `npm run generate`; edit that file instead. DO NOT EDIT.

package format

// Code names what is wrong with a package, in the words that every implementation shares.
type Code string

const ErrInternal Code = "EFLAVOR_INTERNAL"
const ErrNotAPackage Code = "EFLAVOR_NOT_A_PACKAGE"
const ErrFormatVersion Code = "EFLAVOR_FORMAT_VERSION"
const ErrIndexChecksum Code = "EFLAVOR_INDEX_CHECKSUM"
const ErrPackageSize Code = "EFLAVOR_PACKAGE_SIZE"
const ErrRegion Code = "EFLAVOR_REGION"
const ErrPadding Code = "EFLAVOR_PADDING"
const ErrMetadataChecksum Code = "EFLAVOR_METADATA_CHECKSUM"
const ErrMetadata Code = "EFLAVOR_METADATA"
const ErrMetadataLimit Code = "EFLAVOR_METADATA_LIMIT"
const ErrSignatureMissing Code = "EFLAVOR_SIGNATURE_MISSING"
const ErrSignature Code = "EFLAVOR_SIGNATURE"
const ErrSlotTable Code = "EFLAVOR_SLOT_TABLE"
const ErrSlotChecksum Code = "EFLAVOR_SLOT_CHECKSUM"
const ErrLauncherChecksum Code = "EFLAVOR_LAUNCHER_CHECKSUM"
const ErrKeyMismatch Code = "EFLAVOR_KEY_MISMATCH"
const ErrUnknownKey Code = "EFLAVOR_UNKNOWN_KEY"
const ErrPolicy Code = "EFLAVOR_POLICY"
const ErrSetuid Code = "EFLAVOR_SETUID"
const ErrOperation Code = "EFLAVOR_OPERATION"
const ErrDecode Code = "EFLAVOR_DECODE"
const ErrSlotLimit Code = "EFLAVOR_SLOT_LIMIT"
const ErrTar Code = "EFLAVOR_TAR"
const ErrConfined Code = "EFLAVOR_CONFINED"
const ErrSetup Code = "EFLAVOR_SETUP"
const ErrCommand Code = "EFLAVOR_COMMAND"
const ErrLauncherUsage Code = "EFLAVOR_LAUNCHER_USAGE"
const ErrBaseDirectory Code = "EFLAVOR_BASE_DIRECTORY"
const ErrDiskFull Code = "EFLAVOR_DISK_FULL"
const ErrIo Code = "EFLAVOR_IO"

// Exit is the launcher's exit code for the error.
func (word Code) Exit() int {
	switch word {
	case ErrInternal:
		return 101
	case ErrNotAPackage:
		return 102
	case ErrFormatVersion:
		return 102
	case ErrIndexChecksum:
		return 107
	case ErrPackageSize:
		return 102
	case ErrRegion:
		return 102
	case ErrPadding:
		return 107
	case ErrMetadataChecksum:
		return 107
	case ErrMetadata:
		return 102
	case ErrMetadataLimit:
		return 102
	case ErrSignatureMissing:
		return 107
	case ErrSignature:
		return 107
	case ErrSlotTable:
		return 102
	case ErrSlotChecksum:
		return 107
	case ErrLauncherChecksum:
		return 107
	case ErrKeyMismatch:
		return 107
	case ErrUnknownKey:
		return 107
	case ErrPolicy:
		return 107
	case ErrSetuid:
		return 107
	case ErrOperation:
		return 103
	case ErrDecode:
		return 103
	case ErrSlotLimit:
		return 103
	case ErrTar:
		return 103
	case ErrConfined:
		return 103
	case ErrSetup:
		return 103
	case ErrCommand:
		return 104
	case ErrLauncherUsage:
		return 105
	case ErrBaseDirectory:
		return 106
	case ErrDiskFull:
		return 106
	case ErrIo:
		return 106
	}
	return 101
}
