# Regular expressions: what of them is not in C.

class Regexp
  IGNORECASE = 1
  EXTENDED = 2
  MULTILINE = 4

  # Where a match is looked for: from a byte on, at it, or from it backwards.
  SEARCH_ON = 0
  SEARCH_HERE = 1
  SEARCH_BACK = 2

  # Characters that mean something in a pattern, and how they stand for themselves.
  ESCAPED = { "\n" => "\\n", "\t" => "\\t", "\r" => "\\r", "\f" => "\\f", "\v" => "\\v" }
  "[](){}-*.\\?+^$|# ".each_char { |character| ESCAPED[character] = "\\#{character}" }

  class << self
    def escape(text)
      text = text.to_s
      made = ""
      text.each_char { |character| made << ESCAPED.fetch(character, character) }
      made
    end

    alias quote escape

    def union(*patterns)
      patterns = patterns[0] if patterns.size == 1 && patterns[0].is_a?(Array)
      return new("(?!)") if patterns.empty?
      return patterns[0] if patterns.size == 1 && patterns[0].is_a?(Regexp)
      alone = patterns.size == 1
      new(patterns.map { |pattern| pattern.is_a?(Regexp) ? pattern.to_s : escape(text_of(pattern)) }.join("|"))
    end

    # The last match, or a group of it.
    def last_match(group = nil)
      match = $~
      group.nil? || match.nil? ? match : match[group]
    end

    # What the references to the last match are, except those to a group.
    def last_match_part(sign)
      match = $~
      return nil if match.nil?
      case sign
      when "&" then match[0]
      when "`" then match.pre_match
      when "'" then match.post_match
      when "+" then match.captures.compact.last
      end
    end

    def try_convert(value)
      value.is_a?(Regexp) ? value : nil
    end

    # A pattern as the methods of String take one.
    def of(pattern)
      return pattern if pattern.is_a?(Regexp)
      raise TypeError, "wrong argument type #{pattern.class} (expected Regexp)" unless pattern.is_a?(String)
      compile(pattern)
    end

    def text_of(value)
      return value.to_s if value.is_a?(String) || value.is_a?(Symbol)
      raise TypeError, "no implicit conversion of #{value.class} into String"
    end
  end

  attr_reader :source, :options

  def match(string, place = 0)
    if string.nil?
      $~ = nil
      return nil
    end
    string = Regexp.text_of(string) unless string.is_a?(String)
    match = match_from(string, HeliosDB.byte_of(string, place) || -1, SEARCH_ON)
    match && block_given? ? yield(match) : match
  end

  def names
    @names.keys
  end

  # From a name to the numbers of its groups.
  def named_captures
    @names.dup
  end

  # The numbers of the groups of a name.
  def groups_named(name)
    @names[name.to_s] || raise(IndexError, "undefined group name reference: #{name}")
  end

  def casefold?
    @options & IGNORECASE != 0
  end

  def ==(other)
    other.is_a?(Regexp) && @source == other.source && @options == other.options
  end

  alias eql? ==

  def hash
    [@source, @options].hash
  end

  def to_s
    on = letters
    off = "mix".delete(on.empty? ? " " : on)
    "(?#{on}#{off.empty? ? '' : "-#{off}"}:#{slashed})"
  end

  def inspect
    "/#{slashed}/#{letters}#{@options & 32 != 0 ? 'n' : ''}"
  end

  private

  def letters
    made = ""
    made << "m" if @options & MULTILINE != 0
    made << "i" if @options & IGNORECASE != 0
    made << "x" if @options & EXTENDED != 0
    made
  end

  # The source with its slashes as they stand in a literal.
  def slashed
    return @source unless @source.include?("/")
    made = ""
    is_escaped = false
    @source.each_char do |character|
      made << "\\" if character == "/" && !is_escaped
      made << character
      is_escaped = character == "\\" && !is_escaped
    end
    made
  end
end

# What a pattern matched. Its texts are parts of a copy of what was searched.
class MatchData
  attr_reader :regexp, :string

  def [](group, count = nil)
    return to_a[group, count] unless count.nil?
    case group
    when Integer
      group += size if group < 0
      group < 0 || group >= size ? nil : text(group)
    when String, Symbol then named(group)
    else to_a[group]
    end
  end

  def size
    @offsets.size / 2
  end

  alias length size

  def to_a
    (0...size).map { |group| text(group) }
  end

  def captures
    (1...size).map { |group| text(group) }
  end

  alias deconstruct captures

  def names
    @regexp.names
  end

  def named_captures(symbolize_names: false)
    made = {}
    names.each { |name| made[symbolize_names ? name.to_sym : name] = named(name) }
    made
  end

  def deconstruct_keys(keys)
    all = named_captures(symbolize_names: true)
    keys.nil? ? all : all.select { |name, _| keys.include?(name) }
  end

  def values_at(*groups)
    groups.map { |group| self[group] }
  end

  def to_s
    text(0)
  end

  def match(group)
    text(number(group))
  end

  def match_length(group)
    found = match(group)
    found && found.length
  end

  def pre_match
    @string.byteslice(0, @offsets[0])
  end

  def post_match
    @string.byteslice(@offsets[1], @string.bytesize - @offsets[1])
  end

  def byteoffset(group)
    group = number(group)
    from = @offsets[2 * group]
    from < 0 ? [nil, nil] : [from, @offsets[2 * group + 1]]
  end

  def offset(group)
    byteoffset(group).map { |byte| byte && HeliosDB.character_of(@string, byte) }
  end

  def begin(group)
    offset(group)[0]
  end

  def end(group)
    offset(group)[1]
  end

  def ==(other)
    other.is_a?(MatchData) && @string == other.string && @regexp == other.regexp &&
      (0...size).all? { |group| byteoffset(group) == other.byteoffset(group) }
  end

  alias eql? ==

  def hash
    [@string, @regexp, @offsets].hash
  end

  def inspect
    known = {}
    @regexp.named_captures.each { |name, groups| groups.each { |group| known[group] = name } }
    parts = (1...size).map { |group| " #{known[group] || group}:#{text(group).inspect}" }
    "#<MatchData #{text(0).inspect}#{parts.join}>"
  end

  # What a group matched, nil for one without a match.
  def text(group)
    from = @offsets[2 * group]
    from < 0 ? nil : @string.byteslice(from, @offsets[2 * group + 1] - from)
  end

  private

  # Of groups with one name, the last that has a match.
  def named(name)
    groups = @regexp.groups_named(name)
    text(groups.reverse.find { |group| @offsets[2 * group] >= 0 } || groups.last)
  end

  def number(group)
    group = @regexp.groups_named(group).last if group.is_a?(String) || group.is_a?(Symbol)
    raise IndexError, "index #{group} out of matches" if group < 0 || group >= size
    group
  end
end
