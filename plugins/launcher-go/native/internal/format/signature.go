package format

import (
	"crypto/sha512"
	"encoding/hex"

	"filippo.io/edwards25519"
)

// SignatureCheck says whether 64 signature bytes by 32 key bytes count for a message.
type SignatureCheck func(publicKey *[32]byte, signature *[64]byte, message []byte) bool

// y coordinates of the eight points whose order divides the cofactor; x has either sign.
const smallOrder = "0000000000000000000000000000000000000000000000000000000000000000" +
	"0100000000000000000000000000000000000000000000000000000000000000" +
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05" +
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a" +
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"

// StrictCheck is pure Ed25519 (RFC 8032) by the one strict rule of SPEC.md, section 4.
func StrictCheck(publicKey *[32]byte, signature *[64]byte, message []byte) bool {
	r, s := [32]byte(signature[:32]), signature[32:]
	return isStrictPoint(r) && isStrictPoint(*publicKey) && fulfils(publicKey, r, s, message)
}

// The encoding of [S]B - [k]A equals R byte for byte, and S is below L. The standard library computes the same, by way of a
// table of 64 multiples of B, which takes longer to make than one signature to check.
func fulfils(publicKey *[32]byte, r [32]byte, s []byte, message []byte) bool {
	a, err := new(edwards25519.Point).SetBytes(publicKey[:])
	if err != nil {
		return false
	}
	scalar, err := new(edwards25519.Scalar).SetCanonicalBytes(s)
	if err != nil {
		return false
	}
	hash := sha512.New()
	hash.Write(r[:])
	hash.Write(publicKey[:])
	hash.Write(message)
	k, err := new(edwards25519.Scalar).SetUniformBytes(hash.Sum(nil))
	if err != nil {
		return false
	}
	points := []*edwards25519.Point{a.Negate(a), edwards25519.NewGeneratorPoint()}
	found := new(edwards25519.Point).VarTimeMultiScalarMult([]*edwards25519.Scalar{k, scalar}, points)
	return [32]byte(found.Bytes()) == r
}

// Encodes y below 2^255 - 19, and no point of small order. Whether it is on the curve at all is left to the equation.
func isStrictPoint(y [32]byte) bool {
	y[31] &= 0x7f
	canonical := y[0] < 0xed || y[31] < 0x7f
	for _, one := range y[1:31] {
		canonical = canonical || one < 0xff
	}
	text := hex.EncodeToString(y[:])
	for at := 0; at < len(smallOrder); at += len(text) {
		if smallOrder[at:at+len(text)] == text {
			return false
		}
	}
	return canonical
}

// Fails with EFLAVOR_SIGNATURE_MISSING or EFLAVOR_SIGNATURE.
func requireSignature(check SignatureCheck, index *IndexBlock, json []byte) error {
	switch {
	case isZero(index.PublicKey[:]):
		return Fail(ErrSignatureMissing, "the package names no public key")
	case isZero(index.Signature[:]):
		return Fail(ErrSignatureMissing, "the package is not signed")
	case !check(&index.PublicKey, &index.Signature, json):
		return Fail(ErrSignature, "the signature does not match the metadata")
	}
	return nil
}
