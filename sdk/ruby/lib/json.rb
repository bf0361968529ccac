# JSON texts.
module JSON
  class ParserError < StandardError
  end

  ESCAPES = { "\"" => "\\\"", "\\" => "\\\\", "\n" => "\\n", "\r" => "\\r", "\t" => "\\t",
              "\b" => "\\b", "\f" => "\\f" }

  class << self
    def parse(text, symbolize_names: false)
      value = HeliosDB.json_parse(text)
      symbolize_names ? symbolized(value) : value
    end

    def generate(value)
      case value
      when nil then "null"
      when true, false, Integer then value.to_s
      when Float then number(value)
      when BigDecimal then value.to_s
      when String, Symbol, Date, Time then quoted(value.to_s)
      when Array then "[#{value.map { |item| generate(item) }.join(',')}]"
      when Hash then object(value)
      else other(value)
      end
    end

    alias dump generate

    private

    def symbolized(value)
      case value
      when Array then value.map { |item| symbolized(item) }
      when Hash then value.to_h { |key, item| [key.to_sym, symbolized(item)] }
      else value
      end
    end

    def number(value)
      raise ArgumentError, "#{value} is no JSON number" if value.nan? || value.infinite?
      value.to_s
    end

    def quoted(text)
      escaped = text.chars.map do |char|
        ESCAPES[char] || (char.ord < 0x20 ? "\\u%04x" % char.ord : char)
      end
      "\"#{escaped.join}\""
    end

    def object(map)
      "{#{map.map { |key, item| "#{quoted(key.to_s)}:#{generate(item)}" }.join(',')}}"
    end

    def other(value)
      return generate(value.to_h) if value.respond_to?(:to_h)
      return generate(value.to_a) if value.respond_to?(:to_a)
      quoted(value.to_s)
    end
  end
end

class Object
  def to_json(*)
    JSON.generate(self)
  end
end
