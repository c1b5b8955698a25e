using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// A part of a token's claims that was read. It is kept if there is room for it, otherwise only until the garbage collector collects it.
/// </summary>
/// <remarks>Two threads that read the part concurrently both set it. Both results are complete.</remarks>
internal struct KeptPart<T>
    where T : class
{
    private object? _value;

    /// <summary>Gets the part. False if it was not read yet or was collected, so that it must be read (again).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryGet([NotNullWhen(true)] out T? part)
    {
        if (_value is T kept)
        {
            part = kept;
            return true;
        }

        part = null;
        return _value is WeakReference<T> weak && weak.TryGetTarget(out part);
    }

    /// <summary>Keeps the part.</summary>
    public void Keep(T part) => _value = part;

    /// <summary>Keeps the part until the garbage collector collects it.</summary>
    public void KeepWeakly(T part)
    {
        // Reuse the weak reference, because each one has a handle and a finalizer.
        if (_value is WeakReference<T> weak)
        {
            weak.SetTarget(part);
        }
        else
        {
            _value = new WeakReference<T>(part);
        }
    }
}
