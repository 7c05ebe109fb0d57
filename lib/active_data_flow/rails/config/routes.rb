# frozen_string_literal: true

# Empty so far: an application may mount it already, and finds the pages there when they come.
ActiveDataFlow::Rails::Engine.routes.draw {}
