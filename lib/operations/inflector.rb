# frozen_string_literal: true

module Operations
  # Turns the name of an attribute into the name of a class, well enough for a guess. A wrong guess does no
  # harm: what is stored carries the class that the object really had, and a guess that fails is refused.
  module Inflector
    IRREGULAR = {
      "people" => "person", "men" => "man", "women" => "woman", "children" => "child", "mice" => "mouse",
      "feet" => "foot", "teeth" => "tooth", "geese" => "goose", "indices" => "index", "vertices" => "vertex",
      "matrices" => "matrix", "criteria" => "criterion", "movies" => "movie", "cookies" => "cookie",
      "leaves" => "leaf", "knives" => "knife", "wives" => "wife", "lives" => "life", "halves" => "half",
      "shelves" => "shelf", "quizzes" => "quiz"
    }.freeze
    UNCHANGED = %w[series species news sheep fish equipment information money data metadata staff].freeze
    ENDINGS = [
      [/(ss|us|is)\z/, '\1'],                                             # address, status, analysis: singular already
      [/(analy|ba|diagno|parenthe|progno|synop|the|cri|hypothe)ses\z/, '\1sis'],
      [/([^aeiou])ies\z/, '\1y'],                                         # entries
      [/(ss|sh|ch|x|zz)es\z/, '\1'],                                      # addresses, boxes
      [/(stat|vir|b|al|camp|cens|foc|radi|bon|syllab)uses\z/, '\1us'],
      [/(hero|potato|tomato|echo|veto)es\z/, '\1'],
      [/s\z/, ""]
    ].freeze
    private_constant :IRREGULAR, :UNCHANGED, :ENDINGS

    # @param name [String, Symbol] "order_line" or "shop/order"
    # @return [String] "OrderLine" or "Shop::Order"
    def self.camelize(name)
      name.to_s.split("/").map { |part| part.split("_").map { |word| word[0].to_s.upcase + word[1..].to_s }.join }.join("::")
    end

    # @param word [String, Symbol] "order_lines"; only the last word changes
    # @return [String] "order_line"
    def self.singularize(word)
      word.to_s.sub(/[^_\/]+\z/) { |last| singular(last) }
    end

    # @param name [String, Symbol] "order_lines"
    # @return [String] "OrderLine"
    def self.classify(name) = camelize(singularize(name))

    def self.singular(word)
      return word if UNCHANGED.include?(word)

      IRREGULAR.fetch(word) do
        pattern, ending = ENDINGS.find { |candidate, _| candidate.match?(word) }
        pattern ? word.sub(pattern, ending) : word
      end
    end
    private_class_method :singular
  end
end
