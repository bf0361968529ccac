# What mruby lacks of Ruby's own classes and procedures use often.

class Integer
  def even?
    self % 2 == 0
  end

  def odd?
    self % 2 == 1
  end

  def fdiv(other)
    to_f / other
  end

  def pred
    self - 1
  end

  def digits(base = 10)
    raise ArgumentError, "out of domain" if self < 0
    rest = self
    found = []
    loop do
      found << rest % base
      rest = rest.div(base)
      break if rest == 0
    end
    found
  end
end

class Integer
  def gcd(other)
    left, right = abs, other.abs
    left, right = right, left % right while right != 0
    left
  end

  def lcm(other)
    self == 0 || other == 0 ? 0 : (self * other).abs.div(gcd(other))
  end

  def bit_length
    (self < 0 ? ~self : self).then { |rest| rest == 0 ? 0 : rest.to_s(2).length }
  end

  def integer?
    true
  end

  def ord
    self
  end
end

class Float
  def integer?
    false
  end

  def fdiv(other)
    self / other
  end
end

class Range
  def step(width = 1)
    return to_enum(:step, width) unless block_given?
    raise ArgumentError, "step can't be 0" if width == 0
    count = 0
    loop do
      value = first + count * width
      is_past = !last.nil? && (exclude_end? ? value >= last : value > last)
      break if is_past
      yield value
      count += 1
    end
    self
  end

  alias % step
end

class Hash
  def assoc(key)
    key?(key) ? [key, self[key]] : nil
  end
end

module Enumerable
  def slice_when
    chunk_while { |left, right| !yield(left, right) }
  end

  # Runs of elements of which each goes with the one before it.
  def chunk_while
    runs = []
    previous = nil
    each do |item|
      if !runs.empty? && yield(previous, item)
        runs.last << item
      else
        runs << [item]
      end
      previous = item
    end
    runs
  end

  def to_set
    Set.new(to_a)
  end
end

class Array
  def sort_by!(&block)
    replace(sort_by(&block))
  end
end

class Object
  def public_send(name, *arguments, &block)
    __send__(name, *arguments, &block)
  end
end
