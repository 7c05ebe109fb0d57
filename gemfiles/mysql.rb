# frozen_string_literal: true

# Both that speak to MariaDB and MySQL. mysql2 is compiled with the client library of one of them, and left out where there
# is none.
gem "trilogy"

library = ENV.fetch("PATH").split(File::PATH_SEPARATOR).any? { |folder| %w[mariadb_config mysql_config].any? { |name| File.executable?(File.join(folder, name)) } }
install_if(-> { library }) { gem "mysql2" }
