package heliosdb

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// scaleMax bounds what a text such as 1e999999999 may ask for.
const scaleMax = 1000

// Decimal is an exact decimal number, as SQL's DECIMAL has them. Its zero value is 0. Declare a
// parameter, a result or a field of a row as Decimal to have all digits.
type Decimal struct {
	unscaled *big.Int
	scale    int
}

// NewDecimal is unscaled / 10^scale: NewDecimal(-1250, 2) is -12.50.
func NewDecimal(unscaled int64, scale int) Decimal {
	return Decimal{big.NewInt(unscaled), scale}
}

// ParseDecimal reads digits such as -12.50 or 1e-3.
func ParseDecimal(text string) (Decimal, error) {
	mantissa, exponent := text, 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		parsed, err := strconv.Atoi(text[at+1:])
		if err != nil {
			return Decimal{}, fmt.Errorf("%q is no decimal number", text)
		}
		mantissa, exponent = text[:at], parsed
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	scale := len(fraction) - exponent
	digits := whole + fraction
	unsigned := strings.TrimPrefix(strings.TrimPrefix(digits, "-"), "+")
	if unsigned == "" || strings.Trim(unsigned, "0123456789") != "" {
		return Decimal{}, fmt.Errorf("%q is no decimal number", text)
	}
	if scale > scaleMax || scale < -scaleMax {
		return Decimal{}, fmt.Errorf("%q has too many digits", text)
	}
	unscaled, _ := new(big.Int).SetString(digits, 10)
	if scale < 0 {
		return Decimal{unscaled.Mul(unscaled, power(-scale)), 0}, nil
	}
	return Decimal{unscaled, scale}, nil
}

// DecimalFromFloat is the shortest decimal that reads as the number; an error for infinities.
func DecimalFromFloat(number float64) (Decimal, error) {
	return ParseDecimal(strconv.FormatFloat(number, 'g', -1, 64))
}

func power(exponent int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
}

func (d Decimal) integer() *big.Int {
	if d.unscaled == nil {
		return new(big.Int)
	}
	return d.unscaled
}

// at is the number as an integer of a scale that is not below its own.
func (d Decimal) at(scale int) *big.Int {
	return new(big.Int).Mul(d.integer(), power(scale-d.scale))
}

// Add returns d + other.
func (d Decimal) Add(other Decimal) Decimal {
	scale := max(d.scale, other.scale)
	sum := d.at(scale)
	return Decimal{sum.Add(sum, other.at(scale)), scale}
}

// Sub returns d - other.
func (d Decimal) Sub(other Decimal) Decimal { return d.Add(other.Neg()) }

// Mul returns d * other.
func (d Decimal) Mul(other Decimal) Decimal {
	return Decimal{new(big.Int).Mul(d.integer(), other.integer()), d.scale + other.scale}
}

// Div returns d / other with scale digits behind the point, rounded as SQL does. Dividing by zero
// panics, as with integers.
func (d Decimal) Div(other Decimal, scale int) Decimal {
	both := max(d.scale, other.scale)
	dividend := new(big.Int).Mul(d.at(both), power(scale))
	return Decimal{divideRounded(dividend, other.at(both)), scale}
}

// divideRounded rounds halves away from zero.
func divideRounded(dividend, divisor *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(dividend, divisor, new(big.Int))
	if rest.Lsh(rest, 1).CmpAbs(divisor) >= 0 {
		quotient.Add(quotient, big.NewInt(int64(dividend.Sign()*divisor.Sign())))
	}
	return quotient
}

// Round returns d with scale digits behind the point; halves go away from zero, as in SQL.
func (d Decimal) Round(scale int) Decimal {
	if scale >= d.scale {
		return Decimal{d.at(scale), scale}
	}
	return Decimal{divideRounded(d.integer(), power(d.scale-scale)), scale}
}

// Neg returns -d.
func (d Decimal) Neg() Decimal { return Decimal{new(big.Int).Neg(d.integer()), d.scale} }

// Abs returns d without its sign.
func (d Decimal) Abs() Decimal { return Decimal{new(big.Int).Abs(d.integer()), d.scale} }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.integer().Sign() }

// Scale is how many digits stand behind the point.
func (d Decimal) Scale() int { return d.scale }

// Cmp is -1, 0 or 1 when d is less than, equal to or greater than other.
func (d Decimal) Cmp(other Decimal) int {
	scale := max(d.scale, other.scale)
	return d.at(scale).Cmp(other.at(scale))
}

// Equal says whether both are the same number: 1.5 equals 1.50.
func (d Decimal) Equal(other Decimal) bool { return d.Cmp(other) == 0 }

// Float64 is the nearest number.
func (d Decimal) Float64() float64 {
	number, _ := strconv.ParseFloat(d.String(), 64)
	return number
}

// whole is the number as an integer, when it has no fraction.
func (d Decimal) whole() (*big.Int, bool) {
	quotient, rest := new(big.Int).QuoRem(d.integer(), power(d.scale), new(big.Int))
	return quotient, rest.Sign() == 0
}

// String has all digits, zeros at the end included.
func (d Decimal) String() string {
	digits := new(big.Int).Abs(d.integer()).String()
	sign := ""
	if d.Sign() < 0 {
		sign = "-"
	}
	if d.scale == 0 {
		return sign + digits
	}
	if missing := d.scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - d.scale
	return sign + digits[:point] + "." + digits[point:]
}

// MarshalJSON prints a number with all digits.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a number, or a text of digits.
func (d *Decimal) UnmarshalJSON(bytes []byte) error {
	parsed, err := ParseDecimal(strings.Trim(string(bytes), `"`))
	*d = parsed
	return err
}
