/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binary interface of L4 X.2 on IA-32: every number that the kernel and a
 * user program must agree on.
 *
 * Kernel C, user C and assembly include this one file, so it holds constants
 * only.  Section numbers in brackets name the part of the L4 X.2 reference
 * manual a group belongs to; "ext" marks what only the extended kernel knows,
 * and every such group names the feature string that announces it.
 */
#ifndef L4_ABI_H
#define L4_ABI_H

/* --- Words of the machine ------------------------------------------------ */
#define L4_API_VERSION      0x84050000 /* X.2 revision 5 */
#define L4_API_FLAGS        0          /* little endian, 32 bit */
#define L4_KERNEL_ID_PUBLIC 0x04020000 /* L4Ka::Pistachio */
#define L4_KERNEL_ID        0x04020000 /* same interface, same id; the version string tells them apart */
#define L4_PAGE_BITS        12
#define L4_PAGE_SIZE        4096
#define L4_SUPERPAGE_BITS   22
#define L4_USER_END         0xC0000000 /* first address no user thread can reach */

/* --- Kernel interface page [1.1]: byte offsets ---------------------------- */
#define L4_KIP_MAGIC                0x4BE6344C /* 'L' '4' 230 'K' */
#define L4_KIP_OFS_MAGIC            0x00
#define L4_KIP_OFS_APIVERSION       0x04
#define L4_KIP_OFS_APIFLAGS         0x08
#define L4_KIP_OFS_KERNDESC         0x0C /* offset of the kernel description */
#define L4_KIP_OFS_KDEBUG           0x10 /* init, entry, memory low, memory high */
#define L4_KIP_OFS_SIGMA0           0x20 /* sp, ip, low, high */
#define L4_KIP_OFS_SIGMA1           0x30
#define L4_KIP_OFS_ROOT             0x40
#define L4_KIP_OFS_MEMINFO          0x54 /* offset << 16 | number of descriptors */
#define L4_KIP_OFS_KDEBUGCFG        0x58
#define L4_KIP_OFS_MAINMEM          0x60 /* old-style low/high pairs up to 0x9F */
#define L4_KIP_OFS_UTCBINFO         0xA8
#define L4_KIP_OFS_KIPINFO          0xAC /* log2 of the KIP area's size */
#define L4_KIP_OFS_BOOTINFO         0xB8 /* physical address of bootinfo or MBI */
#define L4_KIP_OFS_PROCDESC         0xBC /* offset of the processor descriptors */
#define L4_KIP_OFS_CLOCKINFO        0xC0 /* read precision 0-15, schedule precision 16-31 */
#define L4_KIP_OFS_THREADINFO       0xC4
#define L4_KIP_OFS_PAGEINFO         0xC8
#define L4_KIP_OFS_PROCINFO         0xCC
#define L4_KIP_OFS_SPACECONTROL     0xD0 /* system-call links: KIP-relative entry points */
#define L4_KIP_OFS_THREADCONTROL    0xD4
#define L4_KIP_OFS_PROCESSORCONTROL 0xD8
#define L4_KIP_OFS_MEMORYCONTROL    0xDC
#define L4_KIP_OFS_IPC              0xE0
#define L4_KIP_OFS_LIPC             0xE4
#define L4_KIP_OFS_UNMAP            0xE8
#define L4_KIP_OFS_EXREGS           0xEC
#define L4_KIP_OFS_SYSTEMCLOCK      0xF0
#define L4_KIP_OFS_THREADSWITCH     0xF4
#define L4_KIP_OFS_SCHEDULE         0xF8
#define L4_KIP_OFS_ARCHSYSCALL      0x110 /* four words, zero on IA-32; ext: the first is Alarm */
#define L4_KIP_OFS_MEMDESCS         0x1C0 /* where the public kernel puts the descriptors */
#define L4_KIP_OFS_STUBS            0x800 /* system-call stubs fill the second half of the page */
#define L4_KIP_SIZE                 4096
#define L4_KIP_MEMDESC_MAX          200

/* A server's entry in the KIP (L4_KIP_OFS_SIGMA0 ...), relative to its start. */
#define L4_KIP_SERVER_SP   0x0
#define L4_KIP_SERVER_IP   0x4
#define L4_KIP_SERVER_LOW  0x8
#define L4_KIP_SERVER_HIGH 0xC

/* UtcbInfo: multiplier 0-9, log2 alignment 10-15, log2 minimum area 16-21. */
#define L4_UTCB_BITS            9
#define L4_UTCB_SIZE            512
#define L4_KIP_UTCBINFO_VALUE   0x000C2401 /* 512-byte UTCBs, area of at least 4 KB */
#define L4_KIP_KIPINFO_VALUE    12
#define L4_KIP_PAGEINFO_VALUE   0x00401006 /* read, write; 4 KB and 4 MB */
#define L4_KIP_THREADINFO_VALUE 0x03001011 /* 17 bits, system base 16, user base 48 */
#define L4_KIP_PROCINFO_VALUE   0x40000000 /* one processor, 16-byte descriptors */

/* Kernel description, relative to its start: id, date, version, supplier, strings. */
#define L4_KDESC_ID       0x0
#define L4_KDESC_DATE     0x4 /* day 0-4, month 5-8, year-2000 9-15 */
#define L4_KDESC_VERSION  0x8 /* version 24-31, subversion 16-23, rest 0-15 */
#define L4_KDESC_SUPPLIER 0xC
#define L4_KDESC_STRINGS  0x10 /* version string, feature strings, empty string */

/* Processor descriptors: 16 bytes each. */
#define L4_PROCDESC_EXTERNAL 0x0 /* kHz */
#define L4_PROCDESC_INTERNAL 0x4 /* kHz; the rate of the time-stamp counter */
#define L4_PROCDESC_SIZE     16

/* Memory descriptors [1.1]: two words each. */
#define L4_MEMDESC_SIZE          8
#define L4_MEMDESC_TYPE_MASK     0xF /* of the low word */
#define L4_MEMDESC_SUBTYPE_SHIFT 4
#define L4_MEMDESC_VIRTUAL       0x200
#define L4_MEMDESC_ADDR_MASK     0xFFFFFC00
#define L4_MEM_UNDEFINED         0x0
#define L4_MEM_CONVENTIONAL      0x1
#define L4_MEM_RESERVED          0x2
#define L4_MEM_DEDICATED         0x3
#define L4_MEM_SHARED            0x4
#define L4_MEM_BOOTLOADER        0xE
#define L4_MEM_ARCH              0xF
#define L4_MEM_BOOT_TABLES       0x1 /* subtypes of L4_MEM_BOOTLOADER */
#define L4_MEM_BOOT_SERVER       0x2
#define L4_MEM_BOOT_MODULE       0x3

/* Feature strings in the kernel description [1.1]. */
#define L4_FEATURE_PAGEREXREGS "pagerexregs" /* a pager may exchange registers */
#define L4_FEATURE_CTRLXFER    "ctrlxfer"    /* control transfer items */
#define L4_FEATURE_IOFPAGES    "ioflexpages" /* IO fpages and IO faults */
#define L4_FEATURE_SMALLSPACES "smallspaces"
#define L4_FEATURE_PREEMPTMSG  "preemptmsg" /* ext: preemption messages */
#define L4_FEATURE_ZEROSLICE   "zeroslice"  /* ext: time slices of length zero */
#define L4_FEATURE_PFSTATE     "pfstate"    /* ext: page-fault messages with register state */
#define L4_FEATURE_LIMITS      "limits"     /* ext: per-thread address limits */
#define L4_FEATURE_REDIRECT    "redirect"   /* ext: L4 calls of limited threads become exceptions */
#define L4_FEATURE_TLS         "tls"        /* ext: thread-local segment descriptors */
#define L4_FEATURE_DEBUG       "debug"      /* ext: per-thread breakpoints */

/* --- System-call entry --------------------------------------------------- */
#define L4_TRAP_IPC     0x30 /* int 0x30: IPC where SYSENTER is not used */
#define L4_TRAP_SYSCALL 0x31 /* int 0x31: all other calls, told apart by EIP */
#define L4_KIP_INSN_0   0xF0 /* lock; nop: KernelInterface */
#define L4_KIP_INSN_1   0x90

/* --- Selectors of user threads [A.3] -------------------------------------- */
#define L4_USER_CS       0x1B
#define L4_USER_DS       0x23 /* also ES, SS, FS */
#define L4_USER_GS       0x2B /* %gs:0 holds the local id */
#define L4_TLS_GDT_FIRST 6    /* ext "tls": selectors 0x33, 0x3B, 0x43 */
#define L4_TLS_GDT_COUNT 3

/* --- Thread ids [2.1] ------------------------------------------------------ */
#define L4_TID_VERSION_BITS 14
#define L4_TID_VERSION_MASK 0x3FFF
#define L4_TID_NO_SHIFT     14
#define L4_TID_LOCAL_MASK   0x3F /* low bits of a local id are zero */
#define L4_NILTHREAD        0
#define L4_ANYTHREAD        0xFFFFFFFF
#define L4_ANYLOCALTHREAD   0xFFFFFFC0
#define L4_THREAD_BITS      17
#define L4_SYSTEM_BASE      16
#define L4_USER_BASE        48
#define L4_SIGMA0_NO        0 /* thread numbers relative to the user base */
#define L4_SIGMA1_NO        1
#define L4_ROOT_NO          2

/* --- UTCB [B]: byte offsets from the local id ------------------------------ */
#define L4_UTCB_LOCALID      0x100 /* local id = UTCB block + 256 */
#define L4_UTCB_BR0          (-64) /* BR i at -64 - 4 i */
#define L4_UTCB_GLOBALID     (-60)
#define L4_UTCB_PROCESSOR    (-56)
#define L4_UTCB_USERHANDLE   (-52)
#define L4_UTCB_PAGER        (-48)
#define L4_UTCB_EXCHANDLER   (-44)
#define L4_UTCB_PREEMPTFLAGS (-40) /* byte */
#define L4_UTCB_COPFLAGS     (-39) /* byte */
#define L4_UTCB_ERRORCODE    (-36)
#define L4_UTCB_XFERTIMEOUTS (-32)
#define L4_UTCB_INTENDED     (-28) /* intended receiver */
#define L4_UTCB_SENDER       (-24) /* virtual or actual sender */
#define L4_UTCB_WORD4        (-20) /* thread words: free for user libraries */
#define L4_UTCB_WORD3        (-16)
#define L4_UTCB_WORD2        (-12)
#define L4_UTCB_WORD1        (-8)
#define L4_UTCB_WORDMASK     (-4)
#define L4_UTCB_MR0          0
#define L4_NUM_MRS           64
#define L4_NUM_BRS           33

#define L4_PREEMPT_SIGNAL  0x20 /* preempt flags [3.3] */
#define L4_PREEMPT_DELAY   0x40
#define L4_PREEMPT_PENDING 0x80

/* --- Where the kernel puts the areas of sigma0 and the root task ----------- */
#define L4_ROOT_UTCB_BASE 0xBF000000
#define L4_ROOT_UTCB_BITS 17 /* 256 threads */
#define L4_ROOT_KIP_BASE  0xBFF00000
#define L4_SIGMA0_IMAGE   0x00020000
#define L4_ROOT_IMAGE     0x00400000

/* --- Message tag, MR0 [5.1] ------------------------------------------------- */
#define L4_TAG_UNTYPED_MASK 0x0000003F
#define L4_TAG_TYPED_MASK   0x00000FC0
#define L4_TAG_TYPED_SHIFT  6
#define L4_TAG_PROPAGATED   0x00001000
#define L4_TAG_REDIRECTED   0x00002000
#define L4_TAG_CROSSCPU     0x00004000
#define L4_TAG_ERROR        0x00008000
#define L4_TAG_FLAGS_MASK   0x0000F000
#define L4_TAG_LABEL_SHIFT  16

/* --- Fpages [4.1] ------------------------------------------------------------ */
#define L4_FPAGE_X             0x1
#define L4_FPAGE_W             0x2
#define L4_FPAGE_R             0x4
#define L4_FPAGE_RWX           0x7
#define L4_FPAGE_SIZE_SHIFT    4
#define L4_FPAGE_SIZE_MASK     0x000003F0
#define L4_FPAGE_BASE_MASK     0xFFFFFC00
#define L4_NILPAGE             0
#define L4_COMPLETE_SPACE      0x10 /* size field 1, base 0 */
#define L4_FPAGE_SIZE_COMPLETE 1
#define L4_FPAGE_SIZE_IO       2 /* an IO fpage carries this in its size field */
#define L4_IOFPAGE_SIZE_SHIFT  10
#define L4_IOFPAGE_SIZE_MASK   0x0000FC00
#define L4_IOFPAGE_PORT_SHIFT  16
#define L4_IOFPAGE_COMPLETE    0x00004020 /* port 0, 2^16 ports */

/* --- Time [3.1] --------------------------------------------------------------- */
#define L4_TIME_MANTISSA_MASK  0x03FF
#define L4_TIME_EXPONENT_SHIFT 10
#define L4_TIME_EXPONENT_MASK  0x7C00
#define L4_TIME_POINT          0x8000 /* absolute */
#define L4_TIME_NEVER          0x0000
#define L4_TIME_ZERO           0x0400
#define L4_TIMEOUT_RCV_SHIFT   0 /* of the timeouts word */
#define L4_TIMEOUT_SND_SHIFT   16

/* --- Typed items [5.1] ---------------------------------------------------------- */
#define L4_ITEM_CONTINUED    0x1 /* C: another item follows */
#define L4_ITEM_TYPE_MASK    0xE
#define L4_ITEM_STRING_BIT   0x8 /* clear in all four string types */
#define L4_ITEM_MAP          0x8
#define L4_ITEM_GRANT        0xA
#define L4_ITEM_CTRLXFER     0xC
#define L4_STRING_SUBS_SHIFT 4 /* substrings - 1 */
#define L4_STRING_SUBS_MASK  0x000001F0
#define L4_STRING_COMPOUND   0x00000200
#define L4_STRING_LEN_SHIFT  10
#define L4_STRING_MAX        0x003FFFFF /* 4 MB less one byte */

/* Acceptor, BR0 [5.1]. */
#define L4_ACCEPT_STRINGS     0x1
#define L4_ACCEPT_CTRLXFER    0x2
#define L4_ACCEPT_WINDOW_MASK 0xFFFFFFF0

/* --- Control transfer items ("ctrlxfer"; thesis 3.2, A.1) ------------------------- *
 * Item word: C bit, type 6, id 4-11, mask 12-31, then one word per mask bit set.
 */
#define L4_CTRLXFER_ID_SHIFT   4
#define L4_CTRLXFER_ID_MASK    0x00000FF0
#define L4_CTRLXFER_MASK_SHIFT 12
#define L4_CTRLXFER_ID_GP      0 /* general registers */
#define L4_CTRLXFER_GP_EIP     0 /* bits of the mask = order of the words */
#define L4_CTRLXFER_GP_EFLAGS  1
#define L4_CTRLXFER_GP_EDI     2
#define L4_CTRLXFER_GP_ESI     3
#define L4_CTRLXFER_GP_EBP     4
#define L4_CTRLXFER_GP_ESP     5
#define L4_CTRLXFER_GP_EBX     6
#define L4_CTRLXFER_GP_EDX     7
#define L4_CTRLXFER_GP_ECX     8
#define L4_CTRLXFER_GP_EAX     9
#define L4_CTRLXFER_GP_REGS    10
#define L4_CTRLXFER_GP_ALL     0x3FF
#define L4_CTRLXFER_GP_ITEM    0x003FF00C /* item word with all ten registers */
/*
 * ext: FPU and SSE state.  Id FPU0 + k carries words 20 k .. 20 k + 19 of the
 * thread's 512-byte FXSAVE image; four ids cover everything the 32-bit
 * instruction set can see (header, ST0-ST7, XMM0-XMM7: 72 words).
 *
 * FPUUSED is for reads by ExchangeRegisters only: FPU0, if the thread itself has used the unit
 * since it was last asked for so, or since one of the four items was written.  Else the item
 * word comes back as FPUUSED with no mask and no C bit, and what follows is not read.
 */
#define L4_CTRLXFER_ID_FPU0    32
#define L4_CTRLXFER_ID_FPUUSED 40
#define L4_CTRLXFER_FPU_ITEMS  4
#define L4_CTRLXFER_FPU_WORDS  20 /* per item; the last one has 12 */
#define L4_CTRLXFER_FPU_LAST   12
/*
 * ext "tls": thread-local segment descriptors.  Words 2 k and 2 k + 1 are the
 * low and high half of the descriptor in GDT entry L4_TLS_GDT_FIRST + k.
 */
#define L4_CTRLXFER_ID_TLS     48
#define L4_CTRLXFER_TLS_WORDS  6
/*
 * ext "tls": selectors.  Writable are those a thread can load itself: none (0), L4_USER_DS,
 * L4_USER_GS and the thread-local ones; another counts as none.
 */
#define L4_CTRLXFER_ID_SEG     49
#define L4_CTRLXFER_SEG_GS     0
#define L4_CTRLXFER_SEG_FS     1
#define L4_CTRLXFER_SEG_ES     2
#define L4_CTRLXFER_SEG_DS     3
#define L4_CTRLXFER_SEGS       4

/*
 * ext "debug": the thread's own debug registers.  DR7 takes only breakpoints for execution,
 * writes, and reads and writes, of 1, 2 and 4 bytes below L4_USER_END; others come out disabled, as
 * reading it shows.  DR6 is that of the thread's last debug exception, whose message has it in
 * place of an error code, if it had any breakpoint then: bits 0 to 3, and 14 for a single step.
 * Only user code strikes, not what the kernel does for it.
 */
#define L4_CTRLXFER_ID_DEBUG    50
#define L4_CTRLXFER_DEBUG_DR6   4 /* the words before it are DR0 to DR3 */
#define L4_CTRLXFER_DEBUG_DR7   5
#define L4_CTRLXFER_DEBUG_WORDS 6

/* Fault numbers of ExchangeRegisters' configure: item id = fault, mask bit 0 = GP. */
#define L4_FAULT_PAGEFAULT  2
#define L4_FAULT_PREEMPTION 3
#define L4_FAULT_SYSEXC     4
#define L4_FAULT_EXCEPTION  5
#define L4_FAULTCONF_GP     0x1
#define L4_FAULTCONF_FPU0   0x02 /* and the next three bits, while they find room */
#define L4_FAULTCONF_TLS    0x20
#define L4_FAULTCONF_SEG    0x40 /* GS and FS, where they are not as a new thread's */

/* --- Protocol labels [7]: the 12 bits above the low nibble are -n ---------------- */
#define L4_PROTO(n)         ((0x10000 - ((n) << 4)) & 0xFFF0)
#define L4_LABEL_INTERRUPT  0xFFF0 /* -1 */
#define L4_LABEL_PAGEFAULT  0xFFE0 /* -2, or'ed with the rights of the access */
#define L4_LABEL_PREEMPTION 0xFFD0 /* -3 */
#define L4_LABEL_NO_TIME    0xFFD1 /* ext "zeroslice": it could run, and has no time */
#define L4_LABEL_SYSEXC     0xFFC0 /* -4, not used on IA-32 */
#define L4_LABEL_EXCEPTION  0xFFB0 /* -5 */
#define L4_LABEL_SIGMA0     0xFFA0 /* -6 */
#define L4_LABEL_IOFAULT    0xFF80 /* -8, or'ed with 6 */
#define L4_LABEL_IOFAULT_RW 0xFF86
#define L4_TAG_INTERRUPT    0xFFF00000
#define L4_TAG_EXCEPTION    0xFFB0000C
#define L4_TAG_PREEMPTION   0xFFD00002
#define L4_TAG_SIGMA0       0xFFA00002

/* Exception message without control transfer items [7.6, A.5]: MR numbers. */
#define L4_EXC_MR_EIP    1
#define L4_EXC_MR_EFLAGS 2
#define L4_EXC_MR_VECTOR 3
#define L4_EXC_MR_ERROR  4
#define L4_EXC_MR_EDI    5
#define L4_EXC_MR_ESI    6
#define L4_EXC_MR_EBP    7
#define L4_EXC_MR_ESP    8
#define L4_EXC_MR_EBX    9
#define L4_EXC_MR_EDX    10
#define L4_EXC_MR_ECX    11
#define L4_EXC_MR_EAX    12
#define L4_EXC_WORDS     12

/* --- ExchangeRegisters [2.3] ------------------------------------------------------- */
#define L4_EXREGS_HALT            0x0001 /* value; valid with L4_EXREGS_HALTFLAG */
#define L4_EXREGS_ABORT_RCV       0x0002
#define L4_EXREGS_ABORT_SND       0x0004
#define L4_EXREGS_SP              0x0008
#define L4_EXREGS_IP              0x0010
#define L4_EXREGS_FLAGS           0x0020
#define L4_EXREGS_USERHANDLE      0x0040
#define L4_EXREGS_PAGER           0x0080
#define L4_EXREGS_HALTFLAG        0x0100
#define L4_EXREGS_CTRLXFER_CONF   0x0200
#define L4_EXREGS_CTRLXFER_READ   0x0400
#define L4_EXREGS_CTRLXFER_WRITE  0x0800
/* Old state, returned in the control word. */
#define L4_EXREGS_WAS_HALTED      0x0001
#define L4_EXREGS_WAS_RECEIVING   0x0002
#define L4_EXREGS_WAS_SENDING     0x0004
/* Flags a user may set in another thread: CF PF AF ZF SF TF DF OF AC ID. */
#define L4_EFLAGS_SETTABLE        0x00240DD5
#define L4_EFLAGS_RF              0x00010000 /* ext "debug": this one, too */
/* The public kernel's mask: CF PF AF ZF SF OF. */
#define L4_EFLAGS_SETTABLE_PUBLIC 0x000008D5

/* --- ThreadControl [2.4] ------------------------------------------------------------- */
#define L4_UTCB_LEAVE       0xFFFFFFFF /* do not change the UTCB location */
/*
 * ext "limits": UTCB locations are 512-byte aligned, so the low bits are free.
 * With bit 0 set (and the word not L4_UTCB_LEAVE) EBX holds the limit; with
 * bit 1 as well the limited thread keeps its right to call L4 ("redirect").
 * The word L4_UTCB_LEAVE_LIMIT changes the limit and leaves the location.
 */
#define L4_UTCB_LIMIT       0x1
#define L4_UTCB_PERMIT      0x2
#define L4_UTCB_LEAVE_LIMIT 0xFFFFFE01
#define L4_LIMIT_NONE       0xFFFFFFFF /* else the last address is 4096 * (limit + 1) - 1 */

/* --- SpaceControl [4.3] ----------------------------------------------------------------- */
#define L4_SPACECTL_SMALL            0x80000000 /* with the small-space id in bits 0-7 */
/*
 * Ours, beyond the manual, in every kernel: until a space has its areas it can be put into account
 * @n (1-15) of kernel memory, all of whose spaces together may have @pages of it, in units of 16,
 * for page tables, UTCBs, mappings and IO ports.  The old control word has L4_SPACECTL_ACCOUNT set
 * if that is so.
 */
#define L4_SPACECTL_ACCOUNT          0x40000000
#define L4_SpaceCtlAccount(n, pages) (L4_SPACECTL_ACCOUNT | (n) << 8 | (pages) / 16 << 12)

/* --- Schedule [3.3] ------------------------------------------------------------------------ *
 * Time control: time slice in bits 16-31, total quantum in bits 0-15 (manual
 * order; the public kernel swaps the two).  -1 leaves a parameter as it is.
 */
#define L4_SCHED_LEAVE          0xFFFFFFFF
#define L4_SCHED_SLICE_SHIFT    16
#define L4_SCHED_QUANTUM_SHIFT  0
#define L4_SCHED_PRIO_MAX       255
#define L4_SCHED_DELAY_MASK     0x0000FFFF /* preemption control: maximum delay, us */
#define L4_SCHED_SENSPRIO_SHIFT 16         /* sensitive priority */
#define L4_SCHED_SENSPRIO_MASK  0x00FF0000
#define L4_SCHED_PREEMPTMSG     0x01000000 /* ext "preemptmsg": p */
#define L4_SCHED_TIMEMSG        0x02000000 /* with "zeroslice": tell when without time, too */
#define L4_SCHED_ALARM          0x04000000 /* ext "preemptmsg": it may set its scheduler's alarm */
/* ext "zeroslice": a slice of L4_TIME_ZERO is no own time at all; 0 stays never. */
/* Thread states returned. */
#define L4_STATE_ERROR          0
#define L4_STATE_DEAD           1
#define L4_STATE_INACTIVE       2
#define L4_STATE_RUNNING        3
#define L4_STATE_PENDING_SEND   4
#define L4_STATE_SENDING        5
#define L4_STATE_WAITING        6
#define L4_STATE_RECEIVING      7

/* --- Unmap [4.2] --------------------------------------------------------------------------- */
#define L4_UNMAP_COUNT_MASK 0x3F /* index of the last MR */
#define L4_UNMAP_FLUSH      0x40 /* also from the caller's own space */

/* --- MemoryControl [6.3] -------------------------------------------------------------------- */
#define L4_MEMATTR_DEFAULT 0
#define L4_MEMATTR_WB      1
#define L4_MEMATTR_WT      2
#define L4_MEMATTR_UC      3
#define L4_MEMATTR_WC      4
#define L4_MEMATTR_WP      5

/* --- Errors ------------------------------------------------------------------------------------
 */
#define L4_ERROR_OK          0
#define L4_ERROR_NOPRIVILEGE 1 /* of system calls, in the UTCB [2.3 ...] */
#define L4_ERROR_THREAD      2
#define L4_ERROR_SPACE       3
#define L4_ERROR_SCHEDULER   4
#define L4_ERROR_PARAM       5
#define L4_ERROR_UTCBAREA    6
#define L4_ERROR_KIPAREA     7
#define L4_ERROR_NOMEM       8

#define L4_IPCERR_PHASE_RCV    0x1 /* of IPC [5.2]: bit 0 is the phase */
#define L4_IPCERR_CODE_SHIFT   1
#define L4_IPCERR_CODE_MASK    0xE
#define L4_IPCERR_TIMEOUT      1 /* bits 1-3 */
#define L4_IPCERR_NONEXIST     2
#define L4_IPCERR_CANCELED     3
#define L4_IPCERR_OVERFLOW     4
#define L4_IPCERR_XFER_MINE    5
#define L4_IPCERR_XFER_PARTNER 6
#define L4_IPCERR_ABORTED      7
#define L4_IPCERR_OFFSET_SHIFT 4

/* --- Boot information [public hand-over]
 * ---------------------------------------------------------- */
#define L4_BOOTINFO_MAGIC   0x14B0021D
#define L4_BOOTINFO_VERSION 1
#define L4_BI_MAGIC         0x00 /* header: byte offsets */
#define L4_BI_VERSION       0x04
#define L4_BI_SIZE          0x08
#define L4_BI_FIRST         0x0C
#define L4_BI_COUNT         0x10
#define L4_BI_HEADER_SIZE   0x20
#define L4_BIREC_TYPE       0x00 /* record: byte offsets */
#define L4_BIREC_VERSION    0x04
#define L4_BIREC_NEXT       0x08 /* to the next record, from this one */
#define L4_BIREC_PAYLOAD    0x0C
#define L4_BIREC_MODULE     0x1 /* start, size, offset of the command line */
#define L4_BIREC_EXEC       0x2 /* text, data, bss (physical, virtual, size), entry ... */
#define L4_BIREC_EFI        0x101
#define L4_BIREC_MBI        0x102 /* address */

#endif /* L4_ABI_H */
