package format

import "crypto/sha256"

// The bytes that opening leaves unread, checked against the signed metadata: the launcher and each slot. Reading them
// costs as much as the package is large, so each caller says when.

const chunkSize = 256 * 1024

// HashRegion is the SHA-256 of a stretch of the file, 64 lower-case hex digits.
func HashRegion(source Source, offset, size uint64) (string, error) {
	hash := sha256.New()
	buffer := make([]byte, min(size, chunkSize))
	for done := uint64(0); done < size; done += chunkSize {
		chunk := buffer[:min(size-done, chunkSize)]
		if err := ReadInto(source, chunk, offset+done); err != nil {
			return "", err
		}
		hash.Write(chunk)
	}
	return ToHex(hash.Sum(nil)), nil
}

// RequireLauncher fails with EFLAVOR_LAUNCHER_CHECKSUM. A package whose metadata states no launcher hash is not held to one.
func RequireLauncher(opened *Package) error {
	if opened.Metadata.Launcher == nil {
		return opened.tellCheck("launcher", true, nil)
	}
	sum, err := HashRegion(opened.Source, 0, opened.Index.LauncherSize)
	if err == nil && sum != opened.Metadata.Launcher.Sha256 {
		err = Fail(ErrLauncherChecksum, "the launcher was altered: its SHA-256 is not the signed one")
	}
	return opened.tellCheck("launcher", false, err)
}

// RequireSlot fails with EFLAVOR_SLOT_CHECKSUM.
func RequireSlot(opened *Package, slot *Slot) error {
	if slot.Sha256 == "" {
		return nil
	}
	sum, err := HashRegion(opened.Source, slot.Offset, slot.StoredSize)
	if err == nil && sum != slot.Sha256 {
		return AlteredSlot(slot)
	}
	return err
}

// RequireContent checks the launcher and every slot.
func RequireContent(opened *Package) error {
	if err := RequireLauncher(opened); err != nil {
		return err
	}
	for index := range opened.Slots {
		slot := &opened.Slots[index]
		if err := opened.tellCheck("slot "+slot.Id, slot.Sha256 == "", RequireSlot(opened, slot)); err != nil {
			return err
		}
	}
	return nil
}

func AlteredSlot(slot *Slot) error {
	return Fail(ErrSlotChecksum, "slot ", Number(slot.Index), " (", slot.Id, ") was altered: its SHA-256 is not the signed one")
}
