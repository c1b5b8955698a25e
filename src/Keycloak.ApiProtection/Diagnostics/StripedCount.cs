using System.Numerics;
using System.Runtime.InteropServices;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>A count that every request adds to, without the processors waiting for each other: each has a cell of its own.</summary>
internal sealed class StripedCount
{
    // The first cell is nobody's: it would lie beside the array's length, which everybody reads.
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

    /// <summary>Two cache lines: processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Value;
    }
}
