#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# counts.pl SOCKET quit: end the machine
# counts.pl SOCKET save FILE MEGABYTES: QEMU writes the machine's memory to a file, and stops it meanwhile
# counts.pl FILE KERNEL OFFSETS MONITOR WEDGE GUEST_MB...: what that machine, which runs L4, had in
# use, without a word from it: read by the symbols of the L4 kernel, resource monitor and wedge.
# OFFSETS is the L4 kernel's asm-offsets.h of the same build.  Prints NAME, a tab, NUMBER, and after
# a second tab "cached" where the number is of something kept for speed, which need not be
# equal at two moments.
#
# Page tables, mappings and floating-point areas of the L4 kernel are such: a table stays
# with its space until that goes, mappings are what the wedges have cached.  So their pages count
# as free; likewise a wedge's rows and tables of cached translations.  What has been lost is neither
# free nor of a cache, and is missed in the sum; a mapping that has been lost is in use
# in its page of mappings and in no space.
use strict;
use warnings;
use IO::Socket::UNIX;

my $PHYS_MAP = 0xf0000000;

sub ask_qemu {
	my ($socket, @commands) = @_;
	my $qmp = IO::Socket::UNIX->new(Peer => $socket) or die "counts.pl: $socket: $!\n";
	<$qmp>;
	for my $command ('{"execute":"qmp_capabilities"}', @commands) {
		print $qmp $command, "\n";
		$qmp->flush;
		my $answer = "";
		until ($answer =~ /^\{"return"/) {    # past events
			$answer = <$qmp> // die "counts.pl: QEMU has gone\n";
			die "counts.pl: QEMU: $answer" if $answer =~ /^\{"error"/;
		}
	}
}
if (@ARGV == 2 && $ARGV[1] eq "quit") {
	ask_qemu($ARGV[0], '{"execute":"quit"}');
	exit 0;
}
if (@ARGV == 4 && $ARGV[1] eq "save") {
	ask_qemu($ARGV[0], '{"execute":"stop"}',
		sprintf('{"execute":"pmemsave","arguments":{"val":0,"size":%d,"filename":"%s"}}', $ARGV[3] << 20, $ARGV[2]),
		'{"execute":"cont"}');
	exit 0;
}
my ($image, $kernel, $offsets, $monitor, $wedge, @guests) = @ARGV;
die "counts.pl: usage: counts.pl FILE KERNEL OFFSETS MONITOR WEDGE GUEST_MB...\n" unless @guests;
open my $file, '<:raw', $image or die "counts.pl: $image: $!\n";
my $memory = do { local $/; <$file> };

my %bytes;    # of what a symbol names, in the file asked last
sub symbols {
	my %at;
	open my $nm, '-|', 'nm', '-S', shift or die "counts.pl: nm: $!\n";
	%bytes = ();
	while (<$nm>) {
		next unless /^([0-9a-f]+) (?:([0-9a-f]+) )?\S (\S+)$/;
		($at{$3}, $bytes{$3}) = (hex $1, hex($2 // 0));
	}
	return %at;
}
sub word {
	my ($at) = @_;
	die sprintf("counts.pl: %x is no memory: is this the build that runs?\n", $at) if $at < 0 || $at > length($memory) - 4;
	return unpack "V", substr $memory, $at, 4;
}

# what a list of the wedge holds, whose memory begins at $base; 0 ends it
sub chain {
	my ($head, $base) = @_;
	my @found;
	for (my $at = word($head - 0xbe000000 + $base); $at && @found < 1000000; $at = word($at - 0xbe000000 + $base)) {
		push @found, $at;
	}
	return @found;
}

my %k = symbols($kernel);
open my $header, '<', $offsets or die "counts.pl: $offsets: $!\n";
my %o = map { /^#define (\S+) (\d+)$/ ? ($1, $2) : () } <$header>;
my (%mappings, %fpu);

# The kernel's memory begins at an address of its own: here as an offset into the file.
sub members {    # what a circular list of the kernel holds
	my ($head) = @_;
	my @found;
	for (my $at = word($head); $at != $head + $PHYS_MAP && @found < 100000; $at = word($at - $PHYS_MAP)) {
		push @found, $at - $PHYS_MAP;
	}
	return @found;
}
my @spaces = map { $_ - $o{SPACE_ALL} } members($k{all_spaces} - $PHYS_MAP);
my @threads = map { $_ - $o{TCB_IN_ALL} } members($k{all_threads} - $PHYS_MAP);
my $tables = 0;
for my $space (@spaces) {
	my $directory = word($space + $o{SPACE_DIRECTORY}) - $PHYS_MAP;
	for my $i (0 .. $o{SPACE_REGIONS} - 1) {
		my ($entry, $shadow) = (word($directory + 4 * $i), word($space + $o{SPACE_SHADOW} + 4 * $i));
		next unless $entry & 1;
		if ($entry & 0x80) {
			$mappings{$shadow} = 1;
			next;
		}
		$tables++;
		$mappings{$_} = 1 for grep { $_ } unpack "V1024", substr $memory, $shadow - $PHYS_MAP, 4096;
	}
}
$fpu{$_} = 1 for grep { $_ } map { word($_ + $o{TCB_FPU}) } @threads;
my %pages;
$pages{$_ & -4096} = 1 for keys %mappings;
my ($used, $of_mappings, $of_fpu) = (0, scalar keys %pages, 0);
$used += word($_ - $PHYS_MAP + $o{SLAB_PAGE_USED}) for keys %pages;
%pages = ();
$pages{$_ & -4096} = 1 for keys %fpu;
$of_fpu = keys %pages;
my $free_pages = word($k{free_count} - $PHYS_MAP);

print "kernel: threads\t", scalar @threads, "\n";
print "kernel: spaces\t", scalar @spaces, "\n";
print "kernel: pages free or of a cache\t", $free_pages + 2 * $tables + $of_mappings + $of_fpu, "\n";
print "kernel: mappings in no space\t", $used - keys %mappings, "\n";
my $cached = "kernel: free pages\t$free_pages\tcached\nkernel: page tables\t$tables\tcached\n";
$cached .= "kernel: mappings\t" . keys(%mappings) . "\tcached\nkernel: pages of mappings\t$of_mappings\tcached\n";
$cached .= "kernel: pages of FPU areas\t$of_fpu\tcached\n";

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
# struct space and struct slot of runtime-wedge/mmu/cache.h
my ($SPACE_BYTES, $SPACE_SLOTS, $SLOT_COPIES) = (4112, 12, 16);
die "counts.pl: struct space of the wedge has changed\n" if $bytes{spaces} != 64 * $SPACE_BYTES;
my %found;
for (my $at = index $memory, $first; $at >= 0; $at = index $memory, $first, $at + 1) {
	next if $at & 0xfff;
	my $mb = word($w{l4vm_machine} - 0xbe000000 + $at) >> 20;
	next unless grep { $_ == $mb } @guests;
	$found{$mb} = 1;
	my @rows = map { chain($_ + $SPACE_SLOTS, $at) }
		$w{cache_kernel}, map { $w{spaces} + $_ * $SPACE_BYTES } 0 .. 63;
	my ($free_rows, $free_tables) = (scalar chain($w{free_slots}, $at), scalar chain($w{free_tables}, $at));
	my $held = grep { word($_ + $SLOT_COPIES - 0xbe000000 + $at) } @rows;
	print "wedge of $mb MB: rows\t", $free_rows + @rows, "\n";
	print "wedge of $mb MB: tables\t", $free_tables + $held, "\n";
	$cached .= "wedge of $mb MB: free rows\t$free_rows\tcached\nwedge of $mb MB: free tables\t$free_tables\tcached\n";
}
print $cached;
for my $mb (@guests) { die "counts.pl: no wedge of $mb MB: is this the build that runs?\n" unless $found{$mb}; }
