# frozen_string_literal: true

# Ends, or stops, its process before or after the nth call of a method.
module Strikes
  def self.arm(owner, name, moment, nth, signal = :KILL)
    left = nth
    strike = -> { Process.kill(signal, Process.pid) && sleep(0.05) if (left -= 1).zero? }
    owner.prepend(Module.new do
      define_method(name) do |*given, **more, &block|
        strike.call if moment == :before
        super(*given, **more, &block).tap { strike.call if moment == :after }
      end
    end)
  end
end
