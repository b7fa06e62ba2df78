#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# counts.pl SOCKET quit: end the machine
# counts.pl SOCKET KERNEL MONITOR WEDGE MEGABYTES GUEST_MB...: what a machine that runs L4 has in
# use, without a word from it: its memory is written to a file by QEMU (which stops it
# meanwhile) and read by the symbols of the L4 kernel, resource monitor and wedge.  Prints NAME,
# a tab, NUMBER.
use strict;
use warnings;
use IO::Socket::UNIX;
use File::Temp qw(tempfile);

my ($socket, $kernel, $monitor, $wedge, $megabytes, @guests) = @ARGV;
die "counts.pl: usage: counts.pl SOCKET KERNEL MONITOR WEDGE MEGABYTES GUEST_MB...\n" unless @guests || ($kernel // "") eq "quit";
my $PHYS_MAP = 0xf0000000;

my $qmp = IO::Socket::UNIX->new(Peer => $socket) or die "counts.pl: $socket: $!\n";
sub told {    # the answer to a command, past events
	while (my $line = <$qmp>) {
		die "counts.pl: QEMU: $line" if $line =~ /^\{"error"/;
		return if $line =~ /^\{"return"/;
	}
	die "counts.pl: QEMU has gone\n";
}
sub tell_qemu { print $qmp shift, "\n"; $qmp->flush; told(); }
<$qmp>;
tell_qemu('{"execute":"qmp_capabilities"}');
if ($kernel eq "quit") {
	tell_qemu('{"execute":"quit"}');
	exit 0;
}
my (undef, $dump) = tempfile("soak-XXXXXX", TMPDIR => 1, UNLINK => 1);
tell_qemu('{"execute":"stop"}');
tell_qemu(sprintf '{"execute":"pmemsave","arguments":{"val":0,"size":%d,"filename":"%s"}}', $megabytes << 20, $dump);
tell_qemu('{"execute":"cont"}');
open my $file, '<:raw', $dump or die "counts.pl: $dump: $!\n";
my $memory = do { local $/; <$file> };

sub symbols {
	my %at;
	open my $nm, '-|', 'nm', shift or die "counts.pl: nm: $!\n";
	while (<$nm>) { $at{$3} = hex $1 if /^([0-9a-f]+) (.) (\S+)$/ }
	return %at;
}
sub word {
	my ($at) = @_;
	die sprintf("counts.pl: %x is no memory: is this the build that runs?\n", $at) if $at < 0 || $at > length($memory) - 4;
	return unpack "V", substr $memory, $at, 4;
}

# how many a circular list of the kernel holds
sub ring {
	my ($head) = @_;
	my ($n, $at) = (0, word($head - $PHYS_MAP));
	while ($at != $head && $n < 100000) { $n++; $at = word($at - $PHYS_MAP); }
	return $n;
}

# how many a list of the wedge holds, whose memory begins at $base; 0 ends it
sub chain {
	my ($head, $base) = @_;
	my ($n, $at) = (0, word($head - 0xbe000000 + $base));
	while ($at && $n < 1000000) { $n++; $at = word($at - 0xbe000000 + $base); }
	return $n;
}

my %k = symbols($kernel);
print "kernel: free pages\t", word($k{free_count} - $PHYS_MAP), "\n";
print "kernel: threads\t", ring($k{all_threads}), "\n";
print "kernel: spaces\t", ring($k{all_spaces}), "\n";

my %m = symbols($monitor);
my $free = 0;
for my $bits (12 .. 28) {
	for (my $block = word($m{free_blocks} + 4 * $bits); $block; $block = word($block)) { $free += 1 << $bits; }
}
print "monitor: free memory, KB\t", $free >> 10, "\n";

# A wedge is where its first page is and its description of the machine is filled in.
my %w = symbols($wedge);
open my $elf, '<:raw', $wedge or die "counts.pl: $wedge: $!\n";
my $first = do { local $/; substr scalar(<$elf>), 0x1000, 256 };
my %found;
for (my $at = index $memory, $first; $at >= 0; $at = index $memory, $first, $at + 1) {
	next if $at & 0xfff;
	my $mb = word($w{l4vm_machine} - 0xbe000000 + $at) >> 20;
	next unless grep { $_ == $mb } @guests;
	$found{$mb} = 1;
	print "wedge of $mb MB: free rows\t", chain($w{free_slots}, $at), "\n";
	print "wedge of $mb MB: free tables\t", chain($w{free_tables}, $at), "\n";
}
for my $mb (@guests) { die "counts.pl: no wedge of $mb MB: is this the build that runs?\n" unless $found{$mb}; }
