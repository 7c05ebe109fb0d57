# frozen_string_literal: true

# Imports a file with some bad rows, has them mended, and replays them. See guides/recipes.md.
require_relative "../support/room"
require_relative "tables"
require_relative "contact_import_flow"

Room.open(&ContactImport::TABLES)
file = File.join(Room.folder, "contacts.csv")
File.write(file, ContactImport::CSV)
upload = Upload.create!(account_id: 7, file:, state: "new")

run = ContactImportFlow.run_now(upload:)
puts Room.outcome(run), "The upload is #{upload.reload.state}:"
rejects = run.rejects
rejects.each { |reject| puts "  line #{reject.line}, #{reject.raw}: #{reject.reason}" }

puts "", "Somebody mends three of them; the fourth is nobody:"
cid, dan, eve, nobody = rejects
[
  [cid, {"E-Mail" => "cid(at)example.org"}],
  [cid, {"E-Mail" => "cid@example.org"}],
  [dan, {"Born" => "1990-02-28"}],
  [eve, {"E-Mail" => "eve@example.org", "Name" => "Eve", "City" => nil, "Born" => nil}]
].each do |reject, fields|
  puts "  line #{reject.line}: #{ContactImportFlow.mend(reject, fields) ? reject.status : reject.reason}"
end
nobody.discard!
puts Room.table("SELECT account_id, email, name, born_on FROM contacts ORDER BY email")
