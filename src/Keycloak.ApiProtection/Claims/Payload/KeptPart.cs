using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// A part of a token's claims that was read: kept while there is room for it, otherwise only until the garbage collector takes it.
/// </summary>
/// <remarks>Two threads that read the part at once both set it, and either result is complete.</remarks>
internal struct KeptPart<T>
    where T : class
{
    private object? _value;

    /// <summary>Gets the part. False: it was not read yet, or the garbage collector took it, and it has to be read (again).</summary>
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

    /// <summary>Holds the part until the garbage collector takes it.</summary>
    public void Lend(T part)
    {
        // The same reference again and again: each has a handle and a finalizer.
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
