# frozen_string_literal: true

RSpec.describe "The documentation" do
  # Left out: what is not for users (`@private`, `@api private`), what a documented method of the superclass already
  # describes, and methods that do what every object's or every array's of that name does (inspect, ==, each, size).
  program = <<~'RUBY'
    require "yard"
    # Migrations, and classes whose superclass is named by a setting, are nothing that it can read.
    YARD.parse("lib/**/*.rb", [/rails\/db\//, /application_(job|controller)\.rb/])

    private_api = ->(object) { object && (object.has_tag?(:private) || object.tag(:api)&.text == "private" || private_api.(object.parent)) }
    described = ->(method) { method.type == :method && (method.is_alias? || method.overridden_method&.then { |parent| !parent.docstring.blank? }) }
    common = ->(method) { method.type == :method && method.scope == :instance && [Object, Array].any? { |type| type.method_defined?(method.name) } }
    # In a file of names, or a folder of rules, a module is only the room.
    room = ->(object) { object.type == :module && object.children.all? { |child| %i[class module constant].include?(child.type) } }

    YARD::Registry.all(:class, :module, :method).each do |object|
      next if object.visibility != :public || !object.docstring.blank? || [private_api, described, common, room].any? { |test| test.(object) }

      puts "#{object.file}:#{object.line} #{object.path}"
    end
  RUBY

  it "describes every public class and method" do
    outcome = on_clean_machine(RbConfig.ruby, "-e", program, GEM_HOME: ENV["GEM_HOME"])
    expect(outcome).to be_success, outcome.err
    expect(outcome.out).to eq ""
  end
end
