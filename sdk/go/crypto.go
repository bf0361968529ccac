package heliosdb

// HashAlgorithm says how bytes are hashed.
type HashAlgorithm uint32

// The algorithms; those of SHA-3 are not for message codes.
const (
	SHA256   HashAlgorithm = 1
	SHA384   HashAlgorithm = 2
	SHA512   HashAlgorithm = 3
	SHA3_256 HashAlgorithm = 4
	SHA3_512 HashAlgorithm = 5
)

// Cipher says how messages are sealed.
type Cipher uint32

// The ciphers, with keys of 16, 32 and 32 bytes.
const (
	AES128GCM        Cipher = 1
	AES256GCM        Cipher = 2
	ChaCha20Poly1305 Cipher = 3
)

const ed25519 = 1

// CryptoHash is the hash of some bytes. All of these functions need the capability crypto.
func CryptoHash(algorithm HashAlgorithm, data []byte) ([]byte, error) {
	return cryptoHash(uint32(algorithm), data)
}

// CryptoHmac is the HMAC of some bytes; compare it with CryptoEqual.
func CryptoHmac(algorithm HashAlgorithm, key, data []byte) ([]byte, error) {
	return cryptoHmac(uint32(algorithm), key, data)
}

// CryptoRandom returns random bytes.
func CryptoRandom(length int) ([]byte, error) {
	bytes := make([]byte, length)
	return bytes, check(cryptoRandom(bytes))
}

// CryptoSeal encrypts a message under a nonce that the database draws and keeps in front of it.
// bound is authenticated with the message: give the same to CryptoOpen.
func CryptoSeal(cipher Cipher, key, bound, message []byte) ([]byte, error) {
	return cryptoSeal(uint32(cipher), key, bound, message)
}

// CryptoOpen decrypts what CryptoSeal sealed; it fails when anything was changed.
func CryptoOpen(cipher Cipher, key, bound, sealed []byte) ([]byte, error) {
	return cryptoOpen(uint32(cipher), key, bound, sealed)
}

// CryptoVerify says whether an Ed25519 signature is the key's for the message.
func CryptoVerify(key, message, signature []byte) (bool, error) {
	return holds(cryptoVerify(ed25519, key, message, signature))
}

// CryptoEqual says whether two secrets are equal, in a time that tells nothing about where they
// differ.
func CryptoEqual(left, right []byte) (bool, error) { return holds(cryptoEqual(left, right)) }

func holds(status int32) (bool, error) {
	if status == statusMismatch {
		return false, nil
	}
	err := check(status)
	return err == nil, err
}
