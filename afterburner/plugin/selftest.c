/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of everything the plugin finds; the markers it must make of it are in selftest.expected. */
typedef struct {
        unsigned long pte_low;
} pte_t;

static inline void set_pte(pte_t *entry, unsigned long value)
{
        *entry = (pte_t){value};
}

static inline void clear_bit(int bit, volatile unsigned long *word)
{
        asm volatile("lock; btrl %1,%0" : "+m"(*word) : "Ir"(bit) : "memory");
}

static inline int test_and_clear_bit(int bit, volatile unsigned long *word)
{
        int carry;

        asm volatile("btrl %2,%0" : "+m"(*word), "=@ccc"(carry) : "Ir"(bit) : "memory");
        return carry;
}

static inline unsigned char readb(const volatile void *address)
{
        return *(const volatile unsigned char *)address;
}

void unknown(void *memory);

int live_behind(int a)
{
        asm volatile("cli" : : : "memory");
        return a;
}

void store(pte_t *entry, unsigned long value)
{
        set_pte(entry, value);
}

void protect(pte_t *entry)
{
        clear_bit(1, (unsigned long *)entry);
}

int age(pte_t *entry)
{
        return test_and_clear_bit(5, (unsigned long *)entry);
}

void copy(pte_t *to, const pte_t *from, unsigned long bytes)
{
        __builtin_memcpy(to, from, bytes);
}

int device(void *address)
{
        return readb(address);
}

void handed_out(pte_t *entry)
{
        unknown(entry);
}

int module_finalize(const void *header, const void *sections, void *module)
{
        return header != sections && module;
}
