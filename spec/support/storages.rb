# frozen_string_literal: true

require "json"
require "securerandom"
require "time"
require "tmpdir"

# Storages as somebody else would write them: the five documented methods, and nothing of how tasks work inside.
module Storages
  # What the three have in common: rows in a Hash, a row made and read by the subclass.
  class Plain < Operations::Storage::Base
    def save(task)
      task.id ||= SecureRandom.uuid
      task.updated_at = Time.now
      rows[task.id] = write(task)
      task
    end

    def find(id)
      row = rows[id]
      row && read(row)
    end

    def sleeping_tasks(task_class = nil)
      now = Time.now
      every(task_class).select do |task|
        task.waiting? && [task.wake_at, task.timeout_at].any? { |moment| moment && moment <= now }
      end
    end

    def sub_tasks_of(task) = every(nil).select { |other| other.parent_task_id == task.id }

    def delete_old(task_class = nil, before:)
      old = every(task_class).select { |task| (task.completed? || task.failed?) && task.delete_at && task.delete_at <= before }
      old.each { |task| rows.delete(task.id) }.size
    end

    private

    def rows = @rows ||= {}

    def every(task_class)
      tasks = rows.values.map { |row| read(row) }
      task_class ? tasks.grep(task_class) : tasks
    end
  end

  # JSON text, as a column of a database would hold it.
  class JsonText < Plain
    private

    def write(task) = JSON.generate(task.to_record.transform_values { |value| value.is_a?(Time) ? value.iso8601(6) : value })

    def read(row)
      data = JSON.parse(row)
      Operations::Registry.fetch(data["type"]).restore_from(data)
    end
  end

  # The public fields only, Symbol keys and Time objects, as the first in-memory storages did.
  class PublicFields < Plain
    private

    def write(task) = Marshal.dump(task.to_h)

    def read(row)
      data = Marshal.load(row)
      Operations::Registry.fetch(data[:type]).restore_from(data)
    end
  end

  # A file that processes share. One lock on another file is all it needs for claims across processes.
  class SharedFile < JsonText
    def initialize(path)
      super()
      @path = path
      @turn = Monitor.new
      @depth = 0
    end

    %i[save find sleeping_tasks sub_tasks_of delete_old].each do |name|
      define_method(name) { |*args, **options| exclusively { super(*args, **options) } }
    end

    private

    # Between processes a file lock, between the threads of one a monitor: a thread may come in again.
    def exclusively(&block)
      @turn.synchronize do
        next yield if @depth.positive?

        File.open("#{@path}.lock", File::RDWR | File::CREAT) do |lock|
          lock.flock(File::LOCK_EX)
          with_file(&block)
        end
      end
    end

    def with_file
      @depth += 1
      @rows = File.exist?(@path) ? JSON.parse(File.read(@path)) : {}
      before = @rows.dup
      yield
    ensure
      replace_file unless @rows == before
      @depth -= 1
    end

    # A process that is killed leaves the old file or the new one, never half of it.
    def replace_file
      File.write("#{@path}.new", JSON.generate(@rows))
      File.rename("#{@path}.new", @path)
    end
  end
end
