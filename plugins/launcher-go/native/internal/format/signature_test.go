package format

import (
	"crypto/ed25519"
	"math/rand"
	"testing"
)

// The standard library knows nothing of strict points, but a changed bit never makes one of those that it lets pass.
func TestStrictCheckAgreesWithTheStandardLibrary(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 300 {
		seed, message := make([]byte, ed25519.SeedSize), make([]byte, random.Intn(300))
		random.Read(seed)
		random.Read(message)
		private := ed25519.NewKeyFromSeed(seed)
		key, signature := [32]byte(private.Public().(ed25519.PublicKey)), [64]byte(ed25519.Sign(private, message))
		if !StrictCheck(&key, &signature, message) {
			t.Fatalf("refuses what %x has signed", seed)
		}
		changed := [][]byte{key[:], signature[:], message}[random.Intn(3)]
		if len(changed) == 0 {
			continue
		}
		changed[random.Intn(len(changed))] ^= 1 << random.Intn(8)
		if StrictCheck(&key, &signature, message) != ed25519.Verify(key[:], message, signature[:]) {
			t.Fatalf("%x, %x, %x: says otherwise", key, signature, message)
		}
	}
}
