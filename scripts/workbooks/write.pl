# Writes the sheets of cases.json with a Perl library: write.pl LIBRARY CASE FILE.
use strict;
use warnings;
use File::Basename;
use JSON::PP;

my ($library, $case, $target) = @ARGV;
eval "require $library" or die $@;
open my $in, '<:raw', dirname(__FILE__) . '/cases.json' or die $!;
my $sheets = decode_json(do { local $/; <$in> })->{$case};
my $book = $library->new($target) or die $!;
for my $sheet (@$sheets) {
    my $page = $book->add_worksheet($sheet->{name});
    for my $row (0 .. $#{ $sheet->{rows} }) {
        my $cells = $sheet->{rows}[$row];
        for my $column (0 .. $#$cells) {
            my $cell = $cells->[$column];
            if (!ref $cell) {
                $page->write_string($row, $column, $cell) if $cell ne '';
                next;
            }
            my $style = $book->add_format(num_format => $cell->{f} // 'General');
            if (exists $cell->{formula}) {
                $page->write_formula($row, $column, "=$cell->{formula}", $style);
            } elsif (exists $cell->{b} && $page->can('write_boolean')) {
                $page->write_boolean($row, $column, 1, $style);
            } elsif (exists $cell->{b}) {
                # Spreadsheet::WriteExcel cannot write booleans.
                $column == 2 ? $page->write_string($row, $column, 'TRUE') : $page->write_number($row, $column, 1);
            } else {
                $page->write_number($row, $column, $cell->{n}, $style);
            }
        }
    }
    $page->set_row($_ - 1, undef, undef, 1) for @{ $sheet->{hidden} // [] };
}
$book->close;
