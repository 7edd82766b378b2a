package format

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
)

// Slot is a slot as both the table and the metadata see it.
type Slot struct {
	SlotMetadata
	Offset uint64
	Chain  []byte
	// Bytes as stored.
	StoredSize uint64
}

type Region struct {
	Name         string
	Offset, Size uint64
}

// Package is one that has passed every check.
type Package struct {
	Source     Source
	Index      *IndexBlock
	IndexBytes []byte
	Metadata   *Metadata
	// The exact bytes that are signed.
	MetadataBytes []byte
	Regions       []Region
	Slots         []Slot

	stored, table []byte
	verify        SignatureCheck
	observer      Observer
}

// Observer is told what is read and what each check finds, in the order of SPEC.md, section 10. Nil where nobody listens.
type Observer interface {
	Read(region string, offset, size uint64)
	// `nothing`: there was nothing to hold the bytes to.
	Check(name string, nothing bool, err error)
}

func (p *Package) tellRead(region string, offset, size uint64) {
	if p.observer != nil {
		p.observer.Read(region, offset, size)
	}
}

func (p *Package) tellCheck(name string, nothing bool, err error) error {
	if p.observer != nil {
		p.observer.Check(name, nothing, err)
	}
	return err
}

// Sums that are not set, and bytes of which nothing is promised. Asked after the check.
func (p *Package) hasNothingToCheck(name string) bool {
	switch name {
	case "index checksum":
		return p.Index.Checksum == 0
	case "metadata checksum":
		return isZero(p.Index.MetadataChecksum[:])
	case "exact bytes":
		return !p.Metadata.Exact
	}
	return false
}

// A check adds to what is known of the package, or fails with an Error; `seen` says in a few words what it saw.
type check struct {
	name string
	run  func(*Package) error
	seen func(*Package) string
}

// Every check, in the order of SPEC.md, section 10. None of them reads slot content or the launcher, so the cost is that
// of a few kilobytes, whatever the size of the package.
func checks() [12]check {
	return [12]check{
		{"trailer", (*Package).readTrailer, func(p *Package) string { return "both marks, " + Number(p.Source.Size()) + " bytes" }},
		{"format version", (*Package).checkVersion, func(*Package) string { return "PSPF/2025" }},
		{"index checksum", (*Package).checkIndexSum, func(p *Package) string { return setOrNot(p.Index.Checksum != 0) }},
		{"package size", (*Package).checkSize, func(p *Package) string { return Number(p.Index.PackageSize) + " bytes" }},
		{"regions", (*Package).checkRegions, func(p *Package) string { return Number(len(p.Regions)) + ", none overlapping" }},
		{"padding", (*Package).checkPadding, func(*Package) string { return "all zero" }},
		{"metadata checksum", (*Package).checkMetadataSum, func(p *Package) string { return setOrNot(!isZero(p.Index.MetadataChecksum[:])) }},
		{"metadata", (*Package).readMetadata, func(p *Package) string { return Number(len(p.MetadataBytes)) + " bytes of JSON" }},
		{"signature", (*Package).checkSignature, func(p *Package) string { return "ed25519 by " + ToHex(p.Index.PublicKey[:]) }},
		{"metadata keys", (*Package).parseMetadata, func(p *Package) string { return p.Metadata.Name + " " + p.Metadata.Version }},
		{"slot table", (*Package).checkTable, func(p *Package) string { return Number(len(p.Slots)) + " slots, as the metadata says" }},
		{"exact bytes", (*Package).checkExact, (*Package).exactness},
	}
}

// OpenPackage fails with the Error of the first check that fails. No policy is applied here: whether the key is one to
// trust is the caller's question.
func OpenPackage(source Source, verify SignatureCheck, observer Observer) (*Package, error) {
	opened := &Package{Source: source, verify: verify, observer: observer}
	for _, check := range checks() {
		err := check.run(opened)
		if observer != nil {
			_ = opened.tellCheck(check.name, err == nil && opened.hasNothingToCheck(check.name), err)
		}
		if err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// CheckResult is what one check found.
type CheckResult struct {
	Name, Detail string
	Err          error
}

// Examine gives the result of each check up to the first after which nothing can be read; a wrong signature stops nothing.
func Examine(source Source, verify SignatureCheck) []CheckResult {
	opened := &Package{Source: source, verify: verify}
	var results []CheckResult
	for _, check := range checks() {
		if err := check.run(opened); err != nil {
			results = append(results, CheckResult{check.name, err.Error(), err})
			if check.name != "signature" {
				return results
			}
		} else {
			results = append(results, CheckResult{check.name, check.seen(opened), nil})
		}
	}
	return append(results, opened.examineContent()...)
}

func (p *Package) examineContent() []CheckResult {
	settle := func(name string, err error) CheckResult {
		if err != nil {
			return CheckResult{name, err.Error(), err}
		}
		return CheckResult{name, "as signed", nil}
	}
	results := []CheckResult{settle("launcher", RequireLauncher(p))}
	for index := range p.Slots {
		slot := &p.Slots[index]
		results = append(results, settle("slot "+Number(index)+" "+slot.Id, RequireSlot(p, slot)))
	}
	return results
}

func setOrNot(set bool) string {
	if set {
		return "right"
	}
	return "not set"
}

func (p *Package) exactness() string {
	if p.Metadata.Exact {
		return "every byte outside launcher and slots follows from the signed metadata"
	}
	return "not promised by " + orElse(p.Metadata.Build.Tool, "its builder")
}

func (p *Package) readTrailer() error {
	size := p.Source.Size()
	wanted := min(size, TrailerSize)
	p.tellRead("trailer", size-wanted, wanted)
	trailer, err := p.Source.Read(size-wanted, wanted)
	if err != nil {
		return err
	}
	if p.IndexBytes, err = UnframeIndex(trailer); err != nil {
		return err
	}
	p.Index = DecodeIndex(p.IndexBytes)
	return nil
}

func (p *Package) checkVersion() error {
	if p.Index.FormatVersion == FormatVersion {
		return nil
	}
	return Fail(ErrFormatVersion, "the package is of another format version than PSPF/2025")
}

func (p *Package) checkIndexSum() error {
	if p.Index.Checksum == 0 || p.Index.Checksum == adlerOf(p.IndexBytes) {
		return nil
	}
	return Fail(ErrIndexChecksum, "the index block was altered: its Adler-32 sum is wrong")
}

func (p *Package) checkSize() error {
	if p.Index.PackageSize == p.Source.Size() {
		return nil
	}
	return Fail(ErrPackageSize, "the file has ", Number(p.Source.Size()), " bytes; its index states ", Number(p.Index.PackageSize))
}

func (p *Package) checkRegions() error {
	index := p.Index
	if index.SlotCount > LimitSlotCount || index.TableSize != uint64(index.SlotCount)*DescriptorSize {
		return Fail(ErrSlotTable, "a slot table of ", Number(index.TableSize), " bytes does not hold ", Number(index.SlotCount), " slots")
	}
	if index.MetadataSize > LimitMetadataStored {
		return Fail(ErrMetadataLimit, "the stored metadata is ", Number(index.MetadataSize), " bytes; ", Number(LimitMetadataStored), " is the most")
	}
	regions := p.fixedRegions()
	if err := requireDisjoint(regions, p.Source.Size()); err != nil {
		return err
	}
	if err := p.readTable(); err != nil {
		return err
	}
	for slot := range int(index.SlotCount) {
		if row := DecodeDescriptor(p.row(slot)); row.Size > 0 {
			regions = append(regions, Region{"slot " + Number(slot), row.Offset, row.Size})
		}
	}
	p.Regions = regions
	return requireDisjoint(regions, p.Source.Size())
}

func (p *Package) fixedRegions() []Region {
	index := p.Index
	regions := make([]Region, 0, 4+index.SlotCount)
	regions = append(regions, Region{"launcher", 0, index.LauncherSize}, Region{"metadata", index.MetadataOffset, index.MetadataSize})
	if index.TableSize > 0 {
		regions = append(regions, Region{"slot table", index.TableOffset, index.TableSize})
	}
	return append(regions, Region{"trailer", p.Source.Size() - TrailerSize, TrailerSize})
}

// Metadata and table lie side by side in all but the strangest packages: one read brings both, and the padding between.
func (p *Package) readTable() (err error) {
	index := p.Index
	file, ok := p.Source.(*FileSource)
	end := index.TableOffset + index.TableSize
	if ok && index.TableSize > 0 && index.TableOffset >= index.MetadataOffset && end-index.MetadataOffset <= LimitMetadataStored+LimitGap {
		if err := file.Prefetch(index.MetadataOffset, end-index.MetadataOffset); err != nil {
			return err
		}
	}
	if p.stored, err = p.Source.Read(index.MetadataOffset, index.MetadataSize); err != nil || index.TableSize == 0 {
		return err
	}
	p.tellRead("slot table", index.TableOffset, index.TableSize)
	p.table, err = p.Source.Read(index.TableOffset, index.TableSize)
	return err
}

func (p *Package) row(slot int) []byte { return p.table[slot*DescriptorSize : (slot+1)*DescriptorSize] }

// Sorts by place. EFLAVOR_REGION for one that leaves the file or overlaps another.
func requireDisjoint(regions []Region, size uint64) error {
	slices.SortStableFunc(regions, func(a, b Region) int { return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Size, b.Size)) })
	end, before := uint64(0), "start of the file"
	for _, region := range regions {
		if region.Offset > size || region.Size > size-region.Offset {
			return Fail(ErrRegion, "the ", region.Name, " reaches beyond the end of the file")
		}
		if region.Offset < end {
			return Fail(ErrRegion, "the ", region.Name, " overlaps the ", before)
		}
		end, before = region.Offset+region.Size, region.Name
	}
	return nil
}

func (p *Package) checkPadding() error {
	end := uint64(0)
	for _, region := range p.Regions {
		if region.Offset-end > LimitGap {
			return Fail(ErrRegion, Number(region.Offset-end), " bytes before the ", region.Name, " belong to no region")
		}
		end = region.Offset + region.Size
	}
	end = 0
	for _, region := range p.Regions {
		if region.Offset > end {
			p.tellRead("padding", end, region.Offset-end)
			gap, err := p.Source.Read(end, region.Offset-end)
			if err != nil {
				return err
			}
			if !isZero(gap) {
				return Fail(ErrPadding, "bytes ", Number(end), " to ", Number(region.Offset), " belong to no region and are not zero")
			}
		}
		end = region.Offset + region.Size
	}
	return nil
}

func (p *Package) checkMetadataSum() error {
	p.tellRead("metadata", p.Index.MetadataOffset, p.Index.MetadataSize)
	if isZero(p.Index.MetadataChecksum[:]) || sha256.Sum256(p.stored) == p.Index.MetadataChecksum {
		return nil
	}
	return Fail(ErrMetadataChecksum, "the metadata was altered: its SHA-256 is not the one in the index")
}

func (p *Package) readMetadata() (err error) {
	p.MetadataBytes, err = GunzipMetadata(p.stored)
	return err
}

func (p *Package) checkSignature() error { return requireSignature(p.verify, p.Index, p.MetadataBytes) }

func (p *Package) parseMetadata() (err error) {
	p.Metadata, err = ParseMetadata(p.MetadataBytes)
	return err
}

func (p *Package) checkTable() error {
	if len(p.Metadata.Slots) != int(p.Index.SlotCount) {
		return Fail(ErrSlotTable, "the table has ", Number(p.Index.SlotCount), " slots; the metadata has ", Number(len(p.Metadata.Slots)))
	}
	p.Slots = make([]Slot, len(p.Metadata.Slots))
	for at := range p.Metadata.Slots {
		slot := &p.Metadata.Slots[at]
		if err := requireAgreement(p.row(at), slot); err != nil {
			return err
		}
		p.Slots[at] = joinSlot(slot, DecodeDescriptor(p.row(at)))
	}
	return nil
}

func joinSlot(slot *SlotMetadata, row Descriptor) Slot {
	joined := Slot{SlotMetadata: *slot, Offset: row.Offset, Chain: row.Operations, StoredSize: row.Size}
	if slot.Exact == nil {
		if joined.Mode = row.Mode; row.Mode == 0 {
			joined.Mode = 0o600
		}
	}
	return joined
}

func (p *Package) checkExact() error {
	index := p.Index
	switch {
	case !p.Metadata.Exact:
		return nil
	case index.Checksum == 0:
		return Fail(ErrIndexChecksum, "the index block carries no Adler-32 sum")
	case isZero(index.MetadataChecksum[:]):
		return Fail(ErrMetadataChecksum, "the index block carries no SHA-256 of the metadata")
	case index.LauncherSize != p.Metadata.Launcher.Size:
		return Fail(ErrRegion, "the index gives the launcher ", Number(index.LauncherSize), " bytes; the metadata ", Number(p.Metadata.Launcher.Size))
	case !bytes.Equal(p.stored, StoreGzip(p.MetadataBytes)):
		return Fail(ErrMetadata, "the metadata is not stored as flavor stores it")
	case !p.inPlace():
		return Fail(ErrRegion, "the metadata, a slot or the trailer is not where flavor puts it")
	case !bytes.Equal(p.IndexBytes, index.Encode()):
		return Fail(ErrIndexChecksum, "the index block holds bytes that flavor does not write")
	}
	return nil
}

// Only the table's place is free: it follows some padding.
func (p *Package) inPlace() bool {
	end := p.Index.TableOffset + p.Index.TableSize
	for _, slot := range p.Slots {
		wanted := uint64(0)
		if slot.StoredSize > 0 {
			wanted = align(end)
			end = wanted + slot.StoredSize
		}
		if slot.Offset != wanted {
			return false
		}
	}
	return p.Index.MetadataOffset == p.Index.LauncherSize && p.Index.TableOffset%SlotAlignment == 0 && end == p.Source.Size()-TrailerSize
}
