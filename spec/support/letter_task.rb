# frozen_string_literal: true

# Waits for an answer, for a day.
class LetterTask < Operations::Task
  has_attribute :text
  starts_with :read
  action(:read) { nil }.then(:asked?)
  wait_until :asked? do
    condition { text }
    go_to :done
  end
  interaction(:answer!) { |text| self.text = text }.when(:asked?)
  result :done
end
