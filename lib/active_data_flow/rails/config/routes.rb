# frozen_string_literal: true

# The pages come later; an application may mount it already.
ActiveDataFlow::Rails::Engine.routes.draw do
  post "heartbeat", to: "heartbeats#create"
end
