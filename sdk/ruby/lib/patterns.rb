# What String and its like do with regular expressions and texts. Places inside are bytes, and what
# was found is two of them for each group, -1 for a group without a match.

module HeliosDB
  # Parts of a replacement that are no group.
  BEFORE = -1
  BEHIND = -2
  LAST_GROUP = -3
  REPLACEMENT_SIGNS = { "&" => 0, "`" => BEFORE, "'" => BEHIND, "+" => LAST_GROUP, "\\" => "\\" }

  class << self
    # The parts of a replacement: a text, the number of a group or the name of one as a Symbol.
    def replacement_parts(text)
      parts = []
      at = 0
      while (found = text.byteindex("\\", at))
        parts << text.byteslice(at, found - at)
        part, at = replacement_sign(text, found + 1)
        parts << part
      end
      parts << text.byteslice(at, text.bytesize - at)
    end

    # What a replacement's backslash means, and where the text goes on.
    def replacement_sign(text, at)
      sign = text.byteslice(at, 1)
      return [sign.to_i, at + 1] if sign >= "0" && sign <= "9"
      return [REPLACEMENT_SIGNS[sign], at + 1] if REPLACEMENT_SIGNS.key?(sign)
      close = text.byteslice(at, 2) == "k<" && text.byteindex(">", at)
      return ["\\", at] unless close
      [text.byteslice(at + 2, close - at - 2).to_sym, close + 1]
    end
  end
end

class String
  def match(pattern, place = 0, &block)
    Regexp.of(pattern).match(self, place, &block)
  end

  def match?(pattern, place = 0)
    Regexp.of(pattern).match?(self, place)
  end

  def sub(*given, &block)
    __replace(given, block, false) || String.new(self)
  end

  def sub!(*given, &block)
    raise FrozenError, "can't modify frozen String" if frozen?
    made = __replace(given, block, false)
    made && replace(made)
  end

  def gsub(*given, &block)
    return to_enum(:gsub, *given) if given.size == 1 && block.nil?
    __replace(given, block, true) || String.new(self)
  end

  def gsub!(*given, &block)
    raise FrozenError, "can't modify frozen String" if frozen?
    return to_enum(:gsub!, *given) if given.size == 1 && block.nil?
    made = __replace(given, block, true)
    made && replace(made)
  end

  def scan(pattern)
    __check_pattern(pattern)
    items = []
    last = nil
    from = 0
    while (found = __find(pattern, from))
      last = found
      from = found[0] < found[1] ? found[1] : HeliosDB.next_byte(self, found[1])
      item = found.size == 2 ? __found(found, 0) : __groups(found)
      if block_given?
        __tell_match(pattern, found)
        yield item
      else
        items << item
      end
    end
    __tell_match(pattern, last)
    block_given? ? self : items
  end

  def partition(pattern)
    __check_pattern(pattern)
    found = __find(pattern, 0)
    __tell_match(pattern, found)
    found.nil? ? [String.new(self), "", ""] : __parts(found)
  end

  def rpartition(pattern)
    __check_pattern(pattern)
    if pattern.is_a?(String)
      from = byterindex(pattern)
      return from.nil? ? ["", "", String.new(self)] : __parts([from, from + pattern.bytesize])
    end
    match = pattern.match_from(self, bytesize, Regexp::SEARCH_BACK)
    match.nil? ? ["", "", String.new(self)] : __parts(match.byteoffset(0))
  end

  alias __slice_text! slice!

  def slice!(*given)
    return __slice_text!(*given) unless given[0].is_a?(Regexp)
    raise FrozenError, "can't modify frozen String" if frozen?
    match = given[0].match(self)
    part = match && match[given[1] || 0]
    return nil if part.nil?
    from, to = match.byteoffset(given[1] || 0)
    replace(byteslice(0, from) + byteslice(to, bytesize - to))
    part
  end

  # --- The methods that mruby has for texts, with a pattern. ---

  def __slice(pattern, group = 0)
    match = pattern.match(self)
    match && match[group]
  end

  def __assign(pattern, *given)
    match = pattern.match(self)
    raise IndexError, "regexp not matched" if match.nil?
    group = given.size == 2 ? given[0] : 0
    group += match.size if group.is_a?(Integer) && group < 0
    raise IndexError, "index #{group} out of regexp" if group.is_a?(Integer) && !(0...match.size).include?(group)
    from, to = match.byteoffset(group)
    raise IndexError, "regexp group #{group} not matched" if from.nil?
    replace(byteslice(0, from) + given.last + byteslice(to, bytesize - to))
    given.last
  end

  def __index(pattern, place = 0)
    match = pattern.match_from(self, HeliosDB.byte_of(self, place) || -1, Regexp::SEARCH_ON)
    match && match.begin(0)
  end

  def __rindex(pattern, place = nil)
    from = place.nil? || place >= length ? bytesize : HeliosDB.byte_of(self, place) || -1
    match = pattern.match_from(self, from, Regexp::SEARCH_BACK)
    match && match.begin(0)
  end

  def __start_with(*prefixes)
    prefixes.any? do |prefix|
      prefix.is_a?(Regexp) ? prefix.match_from(self, 0, Regexp::SEARCH_HERE) : start_with?(prefix)
    end
  end

  def __split(pattern, limit = 0, &block)
    parts = limit == 1 || empty? ? [String.new(self)].reject(&:empty?) : __split_parts(pattern, limit)
    parts.pop while limit == 0 && !parts.empty? && parts.last.empty?
    return parts if block.nil?
    parts.each(&block)
    self
  end

  def __split_parts(pattern, limit)
    parts = []
    count = 1
    start = from = 0
    was_empty = false
    while (found = pattern.offsets(self, from))
      is_empty = found[0] == from && found[1] == from
      if is_empty && !was_empty
        # A match of nothing splits behind the next character, if there is one once more.
        from = HeliosDB.next_byte(self, from)
        was_empty = true
        next
      end
      parts << byteslice(start, found[0] - start)
      start = is_empty ? from : from = found[1]
      was_empty = false
      parts.concat(__groups(found).compact)
      count += 1
      break if limit > 0 && limit <= count
    end
    parts << byteslice(start, bytesize - start) if limit != 0 || bytesize > start
    parts
  end

  # --- What these are made of. ---

  def __check_pattern(pattern)
    return if pattern.is_a?(Regexp) || pattern.is_a?(String)
    raise TypeError, "wrong argument type #{pattern.class} (expected Regexp)"
  end

  # What a text or a pattern finds from a byte on.
  def __find(pattern, from)
    return pattern.offsets(self, from) if pattern.is_a?(Regexp)
    found = byteindex(pattern, from)
    found && [found, found + pattern.bytesize]
  end

  # What a group found.
  def __found(found, group)
    from = found[2 * group]
    from.nil? || from < 0 ? nil : byteslice(from, found[2 * group + 1] - from)
  end

  def __groups(found)
    (1...found.size / 2).map { |group| __found(found, group) }
  end

  # The text in front of what was found, that itself, and the text behind it.
  def __parts(found)
    [byteslice(0, found[0]), __found(found, 0), byteslice(found[1], bytesize - found[1])]
  end

  # Makes what was found the last match.
  def __tell_match(pattern, found)
    if found.nil?
      $~ = nil
    else
      pattern = Regexp.compile(Regexp.escape(pattern)) if pattern.is_a?(String)
      pattern.match_of(self, found)
    end
  end

  # The text with what a pattern finds replaced; nil where it finds nothing.
  def __replace(given, block, is_all)
    unless given.size == 2 || (given.size == 1 && block)
      raise ArgumentError, "wrong number of arguments (given #{given.size}, expected 2)"
    end
    pattern = given[0]
    __check_pattern(pattern)
    replacement = given.size == 2 ? __replacement(given[1]) : nil
    made = last = nil
    kept = from = 0
    while (found = __find(pattern, from))
      last = found
      made ||= ""
      made << byteslice(kept, found[0] - kept)
      if replacement.nil?
        __tell_match(pattern, found)
        made << block.call(__found(found, 0)).to_s
      elsif replacement.is_a?(String)
        made << replacement
      else
        made << __expand(replacement, pattern, found)
      end
      kept = found[1]
      break unless is_all
      from = found[0] < kept ? kept : HeliosDB.next_byte(self, kept)
    end
    __tell_match(pattern, last)
    made && made << byteslice(kept, bytesize - kept)
  end

  def __replacement(value)
    return value if value.is_a?(Hash)
    raise TypeError, "no implicit conversion of #{value.class} into String" unless value.is_a?(String)
    value.include?("\\") ? HeliosDB.replacement_parts(value) : value
  end

  def __expand(replacement, pattern, found)
    return replacement[__found(found, 0)].to_s if replacement.is_a?(Hash)
    made = ""
    replacement.each { |part| made << __expand_part(part, pattern, found).to_s }
    made
  end

  def __expand_part(part, pattern, found)
    case part
    when String then part
    when Symbol
      raise IndexError, "undefined group name reference: #{part}" if pattern.is_a?(String)
      pattern.match_of(self, found)[part]
    when HeliosDB::BEFORE then byteslice(0, found[0])
    when HeliosDB::BEHIND then byteslice(found[1], bytesize - found[1])
    when HeliosDB::LAST_GROUP then __groups(found).compact.last
    else __found(found, part)
    end
  end
end

class Symbol
  def =~(pattern)
    to_s =~ pattern
  end

  def match(pattern, place = 0, &block)
    to_s.match(pattern, place, &block)
  end

  def match?(pattern, place = 0)
    to_s.match?(pattern, place)
  end

  def [](*given)
    to_s[*given]
  end
end

class NilClass
  def =~(_pattern)
    nil
  end
end

module Enumerable
  def grep_v(pattern, &block)
    rest = reject { |item| pattern === item }
    block ? rest.map(&block) : rest
  end
end
