# frozen_string_literal: true

module ActiveDataFlow
  # What the gem's controllers have in common: the application's own class, with whatever it asks of those who come.
  class ApplicationController < Rails::HostClass.of(:base_controller_class, ::ActionController::Base)
  end
end
