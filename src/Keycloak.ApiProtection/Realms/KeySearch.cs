using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The result of the search for a key: found, unknown to the realm, or unavailable at present.</summary>
internal readonly record struct KeySearch
{
    private KeySearch(SigningKey? key, UnusableKey? unusable, TimeSpan retryAfter)
    {
        Key = key;
        Unusable = unusable;
        RetryAfter = retryAfter;
    }

    /// <summary>The key; null if it was not found.</summary>
    public SigningKey? Key { get; }

    /// <summary>The key that the realm lists but that cannot be used, with the reason; null if a usable key has this kid.</summary>
    public UnusableKey? Unusable { get; }

    /// <summary>When to try again: at least 1 second; zero unless <see cref="IsUnavailable"/>.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Whether the realm's keys are unavailable, so that the token is neither accepted nor rejected (503, never 401).</summary>
    public bool IsUnavailable => RetryAfter > TimeSpan.Zero;

    /// <summary>Whether the realm's keys are current and none with this kid can be used: the token is rejected.</summary>
    public bool IsUnknown => Key is null && !IsUnavailable;

    /// <summary>The realm's keys are current, and the key is not among them.</summary>
    public static KeySearch Unknown => default;

    /// <summary>The key was found.</summary>
    public static KeySearch Found(SigningKey key) => new(key, null, TimeSpan.Zero);

    /// <summary>The realm lists the key, but it cannot be used.</summary>
    public static KeySearch NotUsable(UnusableKey key) => new(null, key, TimeSpan.Zero);

    /// <summary>The realm's keys are unavailable. The delay is rounded up to whole seconds, at least one.</summary>
    public static KeySearch Unavailable(TimeSpan retryAfter) =>
        new(null, null, TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));

    /// <summary>Whether the key was found.</summary>
    public bool IsFound([NotNullWhen(true)] out SigningKey? key)
    {
        key = Key;

        return key is not null;
    }
}
