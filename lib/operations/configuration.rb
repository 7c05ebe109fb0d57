# frozen_string_literal: true

require "logger"

# How tasks are kept and run. Set once, when the program starts.
#
#   Operations.configure do |config|
#     config.storage = Operations::Storage::Memory.new
#     config.executor = Operations::Executor::Inline.new
#     config.first_wake = :delay
#   end
module Operations
  FIRST_WAKES = %i[delay immediate].freeze
  DURABILITIES = %i[burst every_transition].freeze
  @first_wake = :delay
  @durability = :burst
  @setup = Mutex.new
  @defaults = {}

  class << self
    # @yieldparam config [Module] this module: its writers are the settings
    def configure
      yield self
      self
    end

    # @return [Operations::Storage::Base] where tasks are kept; default {Storage::Memory}, in a Rails application with
    #   ActiveRecord {Storage::ActiveRecord}
    def storage = @storage || first_of(default(:storage) || Storage::Memory.new) { |made| @storage ||= made }

    # @return [Operations::Executor::Base] who runs tasks; default {Executor::Inline}, in a Rails application with
    #   ActiveJob {Executor::ActiveJob}
    def executor = @executor || first_of(default(:executor) || Executor::Inline.new) { |made| @executor ||= made }

    # @private What a framework makes the defaults: `:storage`, `:executor` and `:logger`, each a Proc that is called at the first use.
    attr_writer :defaults

    # @param adapter [Operations::Storage::Base] anything with save, find, sleeping_tasks, sub_tasks_of, delete_old
    # @raise [ArgumentError] when it lacks one of them
    def storage=(adapter)
      @storage = checked(adapter, :storage, %i[save find sleeping_tasks sub_tasks_of delete_old])
    end

    # @param adapter [Operations::Executor::Base] anything with call, later, wake
    # @raise [ArgumentError] when it lacks one of them
    def executor=(adapter)
      @executor = checked(adapter, :executor, %i[call later wake])
    end

    alias_method :storage_adapter, :storage
    alias_method :storage_adapter=, :storage=
    alias_method :executor_adapter, :executor
    alias_method :executor_adapter=, :executor=

    # @return [Symbol] :delay (a task entering a wait sleeps for its `delay` first) or :immediate (it is due at once)
    attr_reader :first_wake

    # @param policy [Symbol, String] :delay or :immediate
    # @raise [ArgumentError] when it is neither
    def first_wake=(policy)
      @first_wake = first_wake_policy(policy)
    end

    # @return [Symbol] :burst or :every_transition; see {Machine::Options#durability}
    attr_reader :durability

    # @param policy [Symbol, String] :burst or :every_transition
    # @raise [ArgumentError] when it is neither
    def durability=(policy)
      @durability = durability_policy(policy)
    end

    # @return [#debug, #info, #warn, #error] default: warnings and errors to standard error
    def logger = @logger ||= default(:logger) || Logger.new($stderr, level: Logger::WARN, progname: "operations")

    attr_writer :logger

    # Back to the defaults, without Rails those are an empty memory storage and {Executor::Inline}: for the `before` hook
    # of a test suite.
    def reset!
      @storage = @executor = @logger = nil
      @first_wake = :delay
      @durability = :burst
      self
    end

    # @private
    def first_wake_policy(policy)
      one_of(:first_wake, FIRST_WAKES, policy)
    end

    # @private
    def durability_policy(policy)
      one_of(:durability, DURABILITIES, policy)
    end

    private

    def default(word) = @defaults[word]&.call

    # The one that all threads have from then on. It is made before the lock is taken: making it may load files, and who loads
    # one of them meanwhile may come here too.
    def first_of(made) = @setup.synchronize { yield made }

    def one_of(word, policies, policy)
      return policy.to_sym if policies.include?(policy&.to_sym)

      raise ArgumentError, "#{word} is #{policies.map(&:inspect).join(" or ")}, not #{policy.inspect}"
    end

    def checked(adapter, word, methods)
      return adapter if adapter.nil?

      missing = methods.reject { |name| adapter.respond_to?(name) }
      # A task asks its storage for more than these, which only the base class makes of them.
      missing << "the rest" if word == :storage && !adapter.is_a?(Storage::Base)
      return adapter if missing.empty?

      raise ArgumentError, "#{word} needs #{methods.join(", ")}; #{adapter.inspect} lacks #{missing.join(", ")}. " \
        "Give an instance of a subclass of Operations::#{word.capitalize}::Base."
    end
  end
end
