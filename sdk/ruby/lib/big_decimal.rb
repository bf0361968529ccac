# Exact decimal numbers, as SQL's DECIMAL has them: an Integer and how many of its digits stand
# behind the point. What it computes is exact, but for quotients, which are rounded.
class BigDecimal < Numeric
  include Comparable

  # Digits that a quotient gets behind the point.
  QUOTIENT_SCALE = 18

  attr_reader :unscaled, :scale

  # A decimal of the digits that the database brings.
  def self.of_digits(digits)
    whole, fraction = digits.split(".")
    of_parts((whole + (fraction || "")).to_i, fraction.nil? ? 0 : fraction.length)
  end

  def self.of_parts(unscaled, scale)
    made = allocate
    made.__send__(:set, unscaled, scale)
    made
  end

  def self.from(value)
    case value
    when BigDecimal then value
    when Integer then of_parts(value, 0)
    when String then parse(value)
    when Float then parse(value.to_s)
    else raise TypeError, "#{value.inspect} is no decimal number"
    end
  end

  def self.parse(text)
    number, exponent = text.strip.delete("_").downcase.split("e")
    sign = number.to_s.start_with?("-") ? -1 : 1
    whole, fraction = number.to_s.sub("+", "").sub("-", "").split(".")
    digits = (whole || "") + (fraction || "")
    unless !digits.empty? && digits.bytes.all? { |byte| byte >= 48 && byte <= 57 }
      raise ArgumentError, "invalid value for BigDecimal(): #{text.inspect}"
    end
    shift = (fraction || "").length - (exponent || "0").to_i
    shift < 0 ? of_parts(sign * digits.to_i * 10**-shift, 0) : of_parts(sign * digits.to_i, shift)
  end

  def +(other)
    left, right, scale = align(other)
    BigDecimal.of_parts(left + right, scale)
  end

  def -(other)
    left, right, scale = align(other)
    BigDecimal.of_parts(left - right, scale)
  end

  def *(other)
    other = BigDecimal.from(other)
    BigDecimal.of_parts(@unscaled * other.unscaled, @scale + other.scale)
  end

  def /(other)
    left, right, scale = align(other)
    raise ZeroDivisionError, "divided by 0" if right == 0
    places = [scale, QUOTIENT_SCALE].max
    BigDecimal.of_parts(divide(left * 10**places, right), places).without_zeros
  end

  alias quo /

  # The quotient, rounded to so many digits behind the point; without them to an Integer.
  def div(other, digits = nil)
    left, right, = align(other)
    raise ZeroDivisionError, "divided by 0" if right == 0
    return left.div(right) if digits.nil?
    BigDecimal.of_parts(divide(left * 10**digits, right), digits)
  end

  def %(other)
    left, right, scale = align(other)
    raise ZeroDivisionError, "divided by 0" if right == 0
    BigDecimal.of_parts(left - left.div(right) * right, scale)
  end

  alias modulo %

  def **(exponent)
    return BigDecimal.from(1) / self**-exponent if exponent < 0
    BigDecimal.of_parts(@unscaled**exponent, @scale * exponent)
  end

  def -@
    BigDecimal.of_parts(-@unscaled, @scale)
  end

  def +@
    self
  end

  def <=>(other)
    return to_f <=> other if other.is_a?(Float)
    return nil unless other.is_a?(BigDecimal) || other.is_a?(Integer)
    left, right, = align(other)
    left <=> right
  end

  def ==(other)
    (self <=> other) == 0
  end

  def eql?(other)
    other.is_a?(BigDecimal) && self == other
  end

  def hash
    without_zeros.to_s.hash
  end

  # Operands of an operator whose left side is an Integer or a Float.
  def coerce(other)
    [BigDecimal.from(other), self]
  end

  # Rounds half away from zero, to so many digits behind the point; to an Integer without them.
  def round(digits = nil)
    shortened(digits) { |value, divisor| divide(value, divisor) }
  end

  def floor(digits = nil)
    shortened(digits) { |value, divisor| value.div(divisor) }
  end

  def ceil(digits = nil)
    shortened(digits) { |value, divisor| -(-value).div(divisor) }
  end

  def truncate(digits = nil)
    @unscaled < 0 ? ceil(digits) : floor(digits)
  end

  def abs
    @unscaled < 0 ? -self : self
  end

  def zero?
    @unscaled == 0
  end

  def positive?
    @unscaled > 0
  end

  def negative?
    @unscaled < 0
  end

  def sign
    @unscaled <=> 0
  end

  def to_i
    truncate
  end

  alias to_int to_i

  def to_f
    to_s.to_f
  end

  def to_d
    self
  end

  def to_s(_form = "F")
    digits = @unscaled.abs.to_s.rjust(@scale + 1, "0")
    point = digits.length - @scale
    text = @scale == 0 ? digits : "#{digits[0, point]}.#{digits[point, @scale]}"
    @unscaled < 0 ? "-#{text}" : text
  end

  def inspect
    to_s
  end

  def without_zeros
    unscaled = @unscaled
    scale = @scale
    while scale > 0 && unscaled % 10 == 0
      unscaled = unscaled.div(10)
      scale -= 1
    end
    BigDecimal.of_parts(unscaled, scale)
  end

  private

  def set(unscaled, scale)
    @unscaled = unscaled
    @scale = scale
  end

  # Both numbers as Integers of one scale.
  def align(other)
    other = BigDecimal.from(other)
    scale = [@scale, other.scale].max
    [@unscaled * 10**(scale - @scale), other.unscaled * 10**(scale - other.scale), scale]
  end

  # The quotient of two Integers, half away from zero.
  def divide(dividend, divisor)
    is_negative = (dividend < 0) != (divisor < 0)
    size = divisor.abs
    quotient = (2 * dividend.abs + size).div(2 * size)
    is_negative ? -quotient : quotient
  end

  def shortened(digits)
    places = digits || 0
    value =
      if places >= @scale
        @unscaled * 10**(places - @scale)
      else
        yield @unscaled, 10**(@scale - places)
      end
    digits.nil? ? value : BigDecimal.of_parts(value, places)
  end
end

module Kernel
  def BigDecimal(value, _digits = 0)
    BigDecimal.from(value)
  end
end

class String
  def to_d
    BigDecimal.from(self)
  end
end

# An Integer or a Float meets a decimal: the operators of mruby know their own kinds alone.
[Integer, Float].each do |kind|
  %i[+ - * / % <=> == < > <= >=].each do |operator|
    plain = kind.instance_method(operator)
    kind.define_method(operator) do |other|
      if other.is_a?(BigDecimal)
        BigDecimal.from(self).__send__(operator, other)
      else
        plain.bind_call(self, other)
      end
    end
  end
end
