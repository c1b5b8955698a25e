using System.Numerics;
using System.Runtime.InteropServices;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>A counter that every request increments; each processor has its own cell, so that they do not contend.</summary>
internal sealed class StripedCount
{
    // The first cell is unused: it could share a cache line with the array's length, which every processor reads.
    private readonly Cell[] _cells = new Cell[1 + BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    /// <summary>Gets the sum.</summary>
    public long Value
    {
        get
        {
            var sum = 0L;
            for (var cell = 0; cell < _cells.Length; cell++)
            {
                sum += Volatile.Read(ref _cells[cell].Value);
            }

            return sum;
        }
    }

    /// <summary>Adds one.</summary>
    public void Increment() => Interlocked.Increment(ref _cells[1 + (Thread.GetCurrentProcessorId() & (_cells.Length - 2))].Value);

    /// <summary>A cell of two cache lines, because processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Value;
    }
}
