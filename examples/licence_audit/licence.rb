# frozen_string_literal: true

module LicenceAudit
  # What a licence asks of whoever ships the code: nothing but a notice (:permissive), its own source in return
  # (:copyleft), or we cannot say (:unknown). Licences are named by their SPDX identifiers, https://spdx.org/licenses.
  module Licence
    # Both lists follow the types in license_type.go of github.com/google/licenseclassifier: "notice" and
    # "unencumbered" are permissive; "reciprocal", "restricted" and the AGPL are copyleft. They hold what gems use.
    PERMISSIVE = %w[
      0BSD AFL-3.0 Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-1.0-Perl Artistic-2.0 BSD-2-Clause BSD-3-Clause
      BSD-4-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 ISC Libpng MIT MS-PL NCSA OpenSSL PHP-3.01 PostgreSQL
      Python-2.0 Unlicense UPL-1.0 W3C X11 Zlib ZPL-2.1
    ].freeze
    COPYLEFT = %w[
      AGPL-1.0 AGPL-3.0 APSL-2.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CDDL-1.0 CDDL-1.1 CPL-1.0 EPL-1.0 EPL-2.0 GPL-1.0 GPL-2.0
      GPL-3.0 IPL-1.0 LGPL-2.0 LGPL-2.1 LGPL-3.0 MPL-1.0 MPL-1.1 MPL-2.0 OSL-3.0 QPL-1.0 Ruby Sleepycat
    ].freeze

    TERMS = PERMISSIVE.to_h { |id| [id.downcase, :permissive] }.merge(COPYLEFT.to_h { |id| [id.downcase, :copyleft] }).freeze
    EASIEST_FIRST = %i[permissive unknown copyleft].freeze

    module_function

    # @param licences [Array<String>] as a gemspec lists them. The list does not say "and" or "or"; it is read as a
    #   choice, which is what most authors of two licences mean
    # @return [Symbol] :permissive, :copyleft or :unknown
    def terms(licences) = easiest(licences.map { |text| expression(text) })

    # One SPDX expression: of a choice (OR) we take the easiest part, of a sum (AND) the hardest one holds.
    def expression(text)
      tokens = text.scan(/[()]|[^\s()]+/)
      answer = choice(tokens)
      tokens.empty? ? answer : :unknown
    end

    def choice(tokens) = easiest(parts(tokens, "OR") { sum(tokens) })

    def sum(tokens) = hardest(parts(tokens, "AND") { licence(tokens) })

    def parts(tokens, operator)
      found = [yield]
      found << yield while tokens.first&.casecmp?(operator) && tokens.shift
      found
    end

    def licence(tokens)
      id = tokens.shift.to_s
      return group(tokens) if id == "("

      tokens.shift(2) if tokens.first&.casecmp?("WITH") # an exception only ever allows more
      TERMS.fetch(id.downcase.sub(/(-only|-or-later|\+)\z/, ""), :unknown)
    end

    def group(tokens)
      answer = choice(tokens)
      (tokens.shift == ")") ? answer : :unknown
    end

    def easiest(terms) = EASIEST_FIRST.find { |candidate| terms.include?(candidate) } || :unknown

    def hardest(terms) = EASIEST_FIRST.reverse.find { |candidate| terms.include?(candidate) }
  end
end
