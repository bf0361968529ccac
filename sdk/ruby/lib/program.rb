# Loading a program, calling it and telling what it raised.

module HeliosDB
  # What is there already; `require` of anything else is refused when compiling.
  BUILT_IN = %w[heliosdb json date time set bigdecimal]
  FRAMES_MAX = 10

  @parts = {}
  @documents = {}
  @hidden = []
  @private_from = nil

  class << self
    def load(header)
      header = JSON.parse(header)
      use_version(header["version"])
      offset = 0
      header["parts"].each do |part|
        @parts[part["name"]] = [part["file"], offset, part["source"], part["code"]]
        offset += part["source"] + part["code"]
      end
      header["documents"].each { |name, places| @documents[name.to_sym] = places }
      @known = Object.instance_methods(false)
      run(header["main"])
    end

    # Runs a file of the program unless that is done.
    def run(name)
      part = @parts[name]
      return false if part == true
      raise LoadError, "the program has no file #{name}" if part.nil?
      @parts[name] = true
      run_part(*part)
      true
    end

    # The arguments of a call, documents parsed where the method's comment asks for that.
    def arguments(name, list)
      places = @documents[name]
      places.each { |place| list[place] = JSON.parse(list[place]) if list[place].is_a?(String) } if places
      list
    end

    # --- Which methods are procedures. ---

    def own_methods
      Object.instance_methods(false) - @known
    end

    def hide(names)
      if names.empty?
        @private_from = own_methods
      else
        @hidden.concat(names.flatten.map(&:to_sym))
      end
    end

    def show
      @hidden.concat(own_methods - @private_from) unless @private_from.nil?
      @private_from = nil
    end

    def describe
      show
      names = (own_methods - @hidden).reject { |name| name.to_s.start_with?("_") }
      JSON.generate(names.map { |name| { "name" => name.to_s, "parameters" => parameters_of(name) } })
    end

    def parameters_of(name)
      HeliosDB::MAIN.method(name).parameters.map { |kind, parameter| [kind.to_s, parameter.to_s] }
    end

    # --- Errors: the code, the text and the stack that the statement fails with. ---

    def describe_error(error)
      code = error.respond_to?(:code) ? error.code : 1
      code = 1 unless code.is_a?(Integer) && code >= -(2**31) && code < 2**31
      frames = (error.backtrace || []).reject { |frame| frame.start_with?("(unknown)") }
      if frames.size > FRAMES_MAX
        hidden = frames.size - FRAMES_MAX + 1
        frames = frames[0, FRAMES_MAX - 3] + ["(#{hidden} more frames)"] + frames[-2, 2]
      end
      [code, summary(error), frames.join("\n")]
    end

    def summary(error)
      message = error.message.to_s
      message = "#{message} (#{error.sqlstate})" if error.is_a?(QueryError)
      is_plain = [ProcedureError, QueryError, RuntimeError].include?(error.class)
      return message if is_plain && !message.empty?
      message.empty? ? error.class.to_s : "#{message} (#{error.class})"
    end
  end

  MAIN = self
end

module Kernel
  def require(name)
    return false if HeliosDB::BUILT_IN.include?(name)
    raise LoadError, "cannot load #{name}: a procedure has #{HeliosDB::BUILT_IN.join(', ')} " \
                     "and the files beside it, with require_relative"
  end

  def require_relative(path)
    HeliosDB.run(path.delete_prefix("./").delete_suffix(".rb"))
  end
end

def self.private(*names)
  HeliosDB.hide(names)
end

def self.public(*_names)
  HeliosDB.show
end
