# The database, as a procedure in Ruby sees it.
#
# SQL                                      Ruby
# BOOLEAN                                  true, false
# integers of any width                    Integer
# FLOAT, DOUBLE                            Float
# DECIMAL                                  BigDecimal, with all digits
# VARCHAR, ENUM, BIT, UUID                 String
# JSON                                     String; parsed where the comment says Hash or Array
# BLOB                                     Blob, a String of bytes; "…".b makes one
# DATE                                     Date
# TIMESTAMP, with or without a time zone   Time, in UTC
# TIME, INTERVAL, TIMESTAMP_NS, TIME_NS    String, as SQL prints it
# LIST, ARRAY                              Array
# STRUCT, MAP, UNION                       Hash; the fields of a STRUCT are texts
# NULL                                     nil
#
# The same holds for query parameters and results. Symbols become texts; a Set and a Range become
# lists; what has `to_h`, a Struct for example, becomes a STRUCT or JSON object.

# Ends the procedure with a message and a code. Any other exception has code 1.
class ProcedureError < StandardError
  attr_reader :code

  def initialize(message = "procedure failed", code = 1)
    super(message)
    @code = code
  end
end

# What the database raised, with its SQLSTATE: five characters such as "42P01".
class QueryError < StandardError
  attr_reader :sqlstate
end

# A String of bytes: what a BLOB is.
class Blob < String
  def length
    bytesize
  end

  def size
    bytesize
  end

  def [](from, count = nil)
    return count.nil? ? super(from) : super(from, count) unless from.is_a?(Integer)
    count.nil? ? getbyte(from) : byteslice(from, count)
  end

  def to_s
    String.new(self)
  end

  def hex
    unpack1("H*")
  end
end

class String
  def b
    Blob.new(self)
  end
end

module HeliosDB
  LEVELS = { "debug" => 0, "info" => 1, "warn" => 2, "warning" => 2, "error" => 3 }
  # Numbers as in runtime/abi/procedure-abi.yaml.
  HASHES = { "sha256" => 1, "sha384" => 2, "sha512" => 3, "sha3_256" => 4, "sha3_512" => 5 }
  CIPHERS = { "aes_128_gcm" => 1, "aes_256_gcm" => 2, "chacha20_poly1305" => 3 }
  ED25519 = 1

  # The rows of a query that may be larger than the procedure's memory. A cursor ends with its call.
  class Cursor
    include Enumerable

    def initialize(number)
      @number = number
    end

    # At most `rows_max` further rows, as many as fit for 0; nil after the last.
    def next_batch(rows_max = 0)
      return nil if @number.nil?
      rows = HeliosDB.cursor_next(@number, rows_max)
      close if rows.nil?
      rows
    end

    # Closes the cursor before its call ends; closing it again does nothing.
    def close
      number = @number
      @number = nil
      HeliosDB.cursor_close(number) unless number.nil?
    end

    def each(&block)
      return to_enum(:each) unless block
      while (rows = next_batch)
        rows.each(&block)
      end
      self
    ensure
      close
    end
  end

  # What came back, whatever the status.
  class FetchResponse
    attr_reader :status, :url, :headers, :body

    def initialize(answer)
      @status = answer["status"]
      @url = answer["url"]
      @headers = answer["headers"]
      @body = answer["body"]
    end

    def ok?
      @status >= 200 && @status < 300
    end

    # The first header of a name, whatever its case.
    def header(name)
      wanted = name.downcase
      found = @headers.find { |known, _| known.downcase == wanted }
      found && found[1]
    end

    def text
      @body.to_s
    end

    def json
      JSON.parse(text)
    end
  end

  def self.number(names, name, what)
    names.fetch(name.to_s) do
      raise ArgumentError, "a #{what} is #{names.keys.join(', ')}, and not #{name.inspect}"
    end
  end

  def self.list(parameters)
    return [] if parameters.nil?
    raise TypeError, "query parameters are an Array" unless parameters.is_a?(Array)
    parameters
  end
end

module Kernel
  # Runs one SQL statement, with values for its `?` or `$1` placeholders. Rows are Hashes.
  def heliosdb_query(sql, parameters = nil)
    HeliosDB.query(sql, HeliosDB.list(parameters))
  end

  def heliosdb_query_params(sql, parameters)
    HeliosDB.query(sql, HeliosDB.list(parameters))
  end

  # Runs one SQL statement whose rows are fetched in batches.
  def heliosdb_cursor_open(sql, parameters = nil)
    HeliosDB::Cursor.new(HeliosDB.cursor_open(sql, HeliosDB.list(parameters)))
  end

  # Writes a line to the procedure's log; `puts` writes one too, at level info.
  def heliosdb_log(level, message)
    level = HeliosDB.number(HeliosDB::LEVELS, level, "log level") unless level.is_a?(Integer)
    HeliosDB.log(level, message.to_s)
  end

  # Ends the procedure with an error. Raising any exception does the same, with code 1.
  def heliosdb_error(code, message)
    raise ProcedureError.new(message, code)
  end

  def heliosdb_begin_tx
    HeliosDB.begin_tx
  end

  def heliosdb_commit_tx
    HeliosDB.commit_tx
  end

  def heliosdb_rollback_tx
    HeliosDB.rollback_tx
  end

  # The moment the statement began, in UTC; `Time.now` is the same moment.
  def heliosdb_now
    HeliosDB.now
  end

  # The hash of some bytes. All functions of this kind need the capability `crypto`.
  def heliosdb_crypto_hash(algorithm, data)
    HeliosDB.crypto_hash(HeliosDB.number(HeliosDB::HASHES, algorithm, "hash algorithm"), data)
  end

  def heliosdb_crypto_hmac(algorithm, key, data)
    HeliosDB.crypto_hmac(HeliosDB.number(HeliosDB::HASHES, algorithm, "hash algorithm"), key, data)
  end

  def heliosdb_crypto_random(length)
    HeliosDB.crypto_random(length)
  end

  # Encrypts a message under a nonce that the database draws and keeps in front of it.
  def heliosdb_crypto_seal(cipher, key, message, bound = "")
    HeliosDB.crypto_seal(HeliosDB.number(HeliosDB::CIPHERS, cipher, "cipher"), key, bound, message)
  end

  # Decrypts what `heliosdb_crypto_seal` sealed; raises when anything was changed.
  def heliosdb_crypto_open(cipher, key, sealed, bound = "")
    HeliosDB.crypto_open(HeliosDB.number(HeliosDB::CIPHERS, cipher, "cipher"), key, bound, sealed)
  end

  # Whether an Ed25519 signature is the key's for the message.
  def heliosdb_crypto_verify(key, message, signature)
    HeliosDB.crypto_verify(HeliosDB::ED25519, key, message, signature)
  end

  # Whether two secrets are equal, in a time that tells nothing about where they differ.
  def heliosdb_crypto_equal(left, right)
    HeliosDB.crypto_equal(left, right)
  end

  # Asks a host that the procedure was granted with `network:<domain>`, over HTTPS.
  def heliosdb_fetch(url, method: "GET", headers: nil, body: nil, timeout_ms: nil)
    request = { "url" => url, "method" => method.to_s }
    request["headers"] = headers unless headers.nil?
    request["body"] = body.b unless body.nil?
    request["timeout_ms"] = timeout_ms unless timeout_ms.nil?
    HeliosDB::FetchResponse.new(HeliosDB.fetch(request))
  end

  # Adds to a count that `heliosdb_custom_metrics()` shows.
  def heliosdb_metric_count(name, amount = 1)
    HeliosDB.metric_count(name, amount)
  end

  # Reports a measured value, of which number, total, least, greatest and mean are kept.
  def heliosdb_metric_observe(name, value)
    HeliosDB.metric_observe(name, value)
  end

  # --- Printing: lines of the log, at level info. ---

  def puts(*values)
    values = [""] if values.empty?
    values.flatten.each { |value| HeliosDB.log(1, value.to_s.chomp) }
    nil
  end

  def print(*values)
    HeliosDB.log(1, values.join)
    nil
  end

  def p(*values)
    values.each { |value| HeliosDB.log(1, value.inspect) }
    values.size > 1 ? values : values[0]
  end

  def warn(*values)
    values.flatten.each { |value| HeliosDB.log(2, value.to_s.chomp) }
    nil
  end
end
