using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The result of a request to the realm: a value or a failure.</summary>
internal readonly struct RealmAnswer<T>
    where T : class
{
    private readonly T? _value;
    private readonly RealmFailure? _failure;

    private RealmAnswer(T? value, RealmFailure? failure)
    {
        _value = value;
        _failure = failure;
    }

    public static implicit operator RealmAnswer<T>(T value) => new(value, null);

    public static implicit operator RealmAnswer<T>(RealmFailure failure) => new(null, failure);

    /// <summary>Whether there is a value. Exactly one of the value and the failure is not null.</summary>
    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out RealmFailure? failure)
    {
        value = _value;
        failure = _failure;

        return value is not null;
    }
}
