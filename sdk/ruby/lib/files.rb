# Files below the folders that were granted with `filesystem:<path>`.

class IOError < StandardError
end

# What the operating system refused; `errno` is WASI's number.
class SystemCallError < StandardError
  attr_reader :errno

  def initialize(message = nil, errno = nil)
    super(message)
    @errno = errno
  end
end

module Errno
  class EACCES < SystemCallError; end
  class EEXIST < SystemCallError; end
  class EISDIR < SystemCallError; end
  class ENOENT < SystemCallError; end
  class ENOTDIR < SystemCallError; end
  class ENOTEMPTY < SystemCallError; end

  # WASI's numbers; what may not be done for want of a right is EACCES too.
  BY_NUMBER = { 2 => EACCES, 20 => EEXIST, 31 => EISDIR, 44 => ENOENT, 54 => ENOTDIR,
                55 => ENOTEMPTY, 63 => EACCES, 76 => EACCES }
end

module HeliosDB
  # A file may be larger than this number, and no memory holds as much.
  WHOLE_FILE = 1 << 62

  class << self
    def folders
      @folders ||= find_folders
    end

    # Nothing is opened before the folders are known, nor where there are none.
    def path_of(path)
      raise TypeError, "a path is a String, and not #{path.inspect}" unless path.is_a?(String)
      return path unless folders.empty?
      raise IOError, "the procedure was granted no folder: CAPABILITIES ('filesystem:<path>')"
    end

    def file_error(number, message)
      Errno::BY_NUMBER.fetch(number, SystemCallError).new(message, number)
    end

    def file_kind(path)
      found = file_info(path_of(path))
      found && found[0]
    end

    # What is known of a file; one that is not there is an error.
    def existing_file(path)
      file_info(path_of(path)) || raise(file_error(44, "#{path}: No such file or directory"))
    end
  end
end

class File
  SEPARATOR = "/"

  class << self
    # The bytes of a file, or of a part of it.
    def binread(path, length = nil, offset = 0)
      raise ArgumentError, "negative length #{length} given" if length && length < 0
      raise ArgumentError, "negative offset #{offset} given" if offset < 0
      HeliosDB.read_file(HeliosDB.path_of(path), offset, length || HeliosDB::WHOLE_FILE)
    end

    def read(path, length = nil, offset = 0)
      binread(path, length, offset).to_s
    end

    def readlines(path, chomp: false)
      read(path).each_line.map { |line| chomp ? line.chomp : line }
    end

    def foreach(path, chomp: false, &block)
      readlines(path, chomp: chomp).each(&block)
    end

    # Writes a file anew, or with `mode: "a"` at its end; answers the number of bytes.
    def write(path, content, mode: "w")
      raise ArgumentError, "a mode is w or a, and not #{mode.inspect}" unless %w[w wb a ab].include?(mode)
      content = content.to_s unless content.is_a?(String)
      HeliosDB.write_file(HeliosDB.path_of(path), content, mode.start_with?("a"))
      content.bytesize
    end

    alias binwrite write

    def exist?(path)
      !HeliosDB.file_kind(path).nil?
    end

    def file?(path)
      HeliosDB.file_kind(path) == "file"
    end

    def directory?(path)
      HeliosDB.file_kind(path) == "folder"
    end

    def size(path)
      HeliosDB.existing_file(path)[1]
    end

    def mtime(path)
      HeliosDB.existing_file(path)[2]
    end

    def rename(from, to)
      HeliosDB.move_file(HeliosDB.path_of(from), HeliosDB.path_of(to))
      0
    end

    def delete(*paths)
      paths.each { |path| HeliosDB.remove_file(HeliosDB.path_of(path)) }
      paths.length
    end

    alias unlink delete

    def join(*parts)
      parts.flatten.reduce { |path, part| "#{path.delete_suffix('/')}/#{part.delete_prefix('/')}" } || ""
    end

    def basename(path, suffix = "")
      name = path.split("/").last || "/"
      suffix == ".*" ? name.delete_suffix(extname(name)) : name.delete_suffix(suffix)
    end

    def dirname(path)
      at = path.delete_suffix("/").rindex("/")
      return "." if at.nil?
      at == 0 ? "/" : path[0, at]
    end

    def extname(path)
      name = path.split("/").last || ""
      at = name.rindex(".")
      at.nil? || at == 0 || at == name.length - 1 ? "" : name[at..]
    end
  end
end

class Dir
  class << self
    # The names in a folder, sorted, without `.` and `..`.
    def children(path)
      HeliosDB.list_folder(HeliosDB.path_of(path)).sort
    end

    def each_child(path, &block)
      children(path).each(&block)
    end

    def exist?(path)
      File.directory?(path)
    end

    def empty?(path)
      exist?(path) && children(path).empty?
    end

    def mkdir(path)
      HeliosDB.make_folder(HeliosDB.path_of(path))
      0
    end

    def rmdir(path)
      HeliosDB.remove_folder(HeliosDB.path_of(path))
      0
    end

    alias delete rmdir
    alias unlink rmdir
  end
end

module Kernel
  # The folders that the procedure was granted.
  def heliosdb_folders
    HeliosDB.folders.dup
  end
end
