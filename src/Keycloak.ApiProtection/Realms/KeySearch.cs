using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Realms;

/// <summary>What became of the search for a key: found, unknown to the realm, or not to be decided now.</summary>
internal readonly record struct KeySearch
{
    private KeySearch(SigningKey? key, UnusableKey? unusable, TimeSpan retryAfter)
    {
        Key = key;
        Unusable = unusable;
        RetryAfter = retryAfter;
    }

    /// <summary>The key, where it was found.</summary>
    public SigningKey? Key { get; }

    /// <summary>The key that the realm does list but that cannot be used, with the reason; only where no usable one has the name.</summary>
    public UnusableKey? Unusable { get; }

    /// <summary>When to ask again, at least 1 second; zero unless <see cref="IsUnavailable"/>.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>True when the realm's keys could not be had: the token is neither good nor bad (503, never 401).</summary>
    public bool IsUnavailable => RetryAfter > TimeSpan.Zero;

    /// <summary>True when the realm's keys are current and none of them can be used under this name: the token is refused.</summary>
    public bool IsUnknown => Key is null && !IsUnavailable;

    /// <summary>The realm's keys are current, and the key is not among them.</summary>
    public static KeySearch Unknown => default;

    /// <summary>The key is there.</summary>
    public static KeySearch Found(SigningKey key) => new(key, null, TimeSpan.Zero);

    /// <summary>The realm lists the key, and it cannot be used.</summary>
    public static KeySearch NotUsable(UnusableKey key) => new(null, key, TimeSpan.Zero);

    /// <summary>The realm's keys cannot be had now. What is left to wait is rounded up to whole seconds, at least one.</summary>
    public static KeySearch Unavailable(TimeSpan retryAfter) =>
        new(null, null, TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));

    /// <summary>Whether the key was found, and the key.</summary>
    public bool IsFound([NotNullWhen(true)] out SigningKey? key)
    {
        key = Key;

        return key is not null;
    }
}
