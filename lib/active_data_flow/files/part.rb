# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # A file that is being written, as `path.part`, by one process at a time. What is behind the checkpoint was never
    # committed, and is cut off when somebody goes on.
    class Part
      # By so many bytes before the checkpoint the file is known again, as one that is read is.
      TAIL = Native::FileReader::TAIL
      private_constant :TAIL

      # @param path [String] that the file has in the end
      # @param checkpoint [Hash, nil] of {#checkpoint}, behind which to go on; nil: the file is begun
      # @raise [Error] where another process is at it, or it is not what the checkpoint says
      def initialize(path, checkpoint = nil)
        @path = path
        @part = "#{path}.part"
        take_back(checkpoint) if checkpoint
        @file = locked
        @length = checkpoint ? checkpoint.fetch("bytes") : 0
        confirm(checkpoint) if checkpoint
        cut
      rescue
        close
        raise
      end

      # @return [Integer] bytes
      attr_reader :length

      # @param bytes [String]
      def append(bytes)
        @file.write(bytes)
        @length += bytes.bytesize
      end

      # Sees to it that what was appended outlasts the machine.
      # @return [void]
      def sync = @file.fsync

      # @return [Hash{String => Object}] where to go on, and by what the file is known again
      def checkpoint = {"bytes" => @length, "inode" => @file.stat.ino, "mark" => mark}

      # Gives the file its name.
      # @return [void]
      def complete
        sync
        ::File.rename(@part, @path)
        sync_folder
      end

      # @return [void]
      def close
        @file&.close
        @file = nil
      end

      private

      # Some cannot be synced, or not be opened.
      def sync_folder
        ::File.open(::File.dirname(@path), &:fsync)
      rescue Errno::EINVAL, Errno::EACCES, Errno::EISDIR
        nil
      end

      # A process that died between the name and its commit has left the file under its name.
      def take_back(checkpoint)
        return if ::File.exist?(@part) || !::File.exist?(@path) || ::File.stat(@path).ino != checkpoint.fetch("inode")

        ::File.rename(@path, @part)
      end

      # The lock is of the file, not of the name: whoever gave it its name meanwhile has left this one nothing.
      def locked
        refuse_no_file
        loop do
          file = ::File.open(@part, ::File::RDWR | ::File::CREAT | ::File::BINARY, permissions)
          refuse_second(file) unless file.flock(::File::LOCK_EX | ::File::LOCK_NB)
          return file.tap { file.sync = true } if named?(file)

          file.close
        end
      rescue Errno::ENOENT, Errno::EACCES, Errno::EISDIR => error
        raise ConfigurationError, "#{@part} cannot be written: #{error.message}"
      end

      # In the place of /dev/stdout, or of a pipe, a file would be in everybody's way.
      def refuse_no_file
        raise ConfigurationError, "#{@path} is a folder. Write the path of a file in it" if ::File.directory?(@path)
        return if free? || (::File.file?(@path) && !opened_already?)

        raise ConfigurationError, "#{@path} is a device or a pipe, whose place the file would take. Write the path of a file; " \
          "rows are printed by a block: sink { |row| puts JSON.generate(row) }"
      end

      def free? = !::File.exist?(@path) && !opened_already?

      # /dev/stdout, whatever it leads to.
      def opened_already? = ::File.symlink?(@path) && ::File.readlink(@path).match?(%r{\A(/proc/|(/dev/)?fd/)})

      # Who may not read the file of before, may not read the new one.
      def permissions = ::File.exist?(@path) ? ::File.stat(@path).mode & 0o777 : 0o644

      def named?(file)
        ::File.stat(@part).ino == file.stat.ino
      rescue Errno::ENOENT
        false
      end

      def refuse_second(file)
        file.close
        raise Error, "#{@part} is being written by another process or flow. One file has one writer: end that one, or write to another path"
      end

      def confirm(checkpoint)
        return if @file.size >= @length && mark == checkpoint.fetch("mark")

        raise SourceChanged, "#{@part} is not as it was left: #{@length} bytes of it were committed, and #{(@file.size < @length) ? "it has #{@file.size}" : "they are others now"}. " \
          "Somebody else has written it. Write: run_now(restart: true) to begin it anew"
      end

      def cut
        @file.truncate(@length)
        @file.seek(@length)
      end

      def mark
        from = [@length - TAIL, 0].max
        sum = Native::Checksum.new
        sum.update((@length == from) ? "" : @file.pread(@length - from, from))
        sum.hex
      end
    end
  end
end
