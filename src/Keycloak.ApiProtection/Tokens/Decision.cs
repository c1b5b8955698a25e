using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>The outcome of a check: accepted with a value, rejected for a reason, or undecided because Keycloak does not answer.</summary>
/// <typeparam name="T">What an accepted token yields.</typeparam>
internal readonly struct Decision<T>
    where T : class
{
    private readonly T? _value;
    private readonly TokenRejection? _rejection;

    private Decision(T? value, TokenRejection? rejection, TimeSpan retryAfter)
    {
        _value = value;
        _rejection = rejection;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets how long to wait before the next attempt if nothing could be decided.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The token is accepted.</summary>
    public static Decision<T> Accepted(T value) => new(value, null, default);

    /// <summary>The token is rejected.</summary>
    public static Decision<T> Rejected(TokenRejection rejection) => new(null, rejection, default);

    /// <summary>Keycloak does not answer, so nothing can be decided now.</summary>
    public static Decision<T> Undecided(TimeSpan retryAfter) => new(null, null, retryAfter);

    /// <summary>Whether the token is accepted.</summary>
    public bool IsAccepted([NotNullWhen(true)] out T? value)
    {
        value = _value;
        return value is not null;
    }

    /// <summary>Whether the token is rejected.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
