using Keycloak.ApiProtection.Testing.Acts;
using Keycloak.ApiProtection.Testing.Hosting;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Faults of a realm: it is unreachable, slow, or responds incorrectly.</summary>
public sealed class KeycloakRealmFaults
{
    private readonly IRealmHost _host;
    private readonly Disturbances _disturbances;

    internal KeycloakRealmFaults(IRealmHost host, Disturbances disturbances)
    {
        _host = host;
        _disturbances = disturbances;
    }

    /// <summary>
    /// Makes the realm unreachable: open connections are aborted, and new connections are aborted before a response is sent.
    /// </summary>
    /// <remarks>The port stays in use, so that no other process can take it before <see cref="ComeBack"/> is called.</remarks>
    public void GoDown()
    {
        _disturbances.IsDown = true;
        _host.DropConnections();
    }

    /// <summary>Makes the realm reachable again, with the same keys, sessions and port.</summary>
    public void ComeBack() => _disturbances.IsDown = false;

    /// <summary>Delays every response.</summary>
    /// <param name="delay">The delay, measured with <see cref="KeycloakRealmOptions.TimeProvider"/>; zero removes the delay.</param>
    /// <param name="endpoints">The endpoints to delay.</param>
    public void AnswerSlowly(TimeSpan delay, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Delay(delay, endpoints);

    /// <summary>
    /// Holds back all responses until the returned object is disposed. Lets a test check what happens in the meantime without sleeping.
    /// </summary>
    /// <param name="endpoints">The endpoints to hold.</param>
    /// <returns>Dispose it to release the responses.</returns>
    public IDisposable HoldAnswers(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Hold(endpoints);

    /// <summary>Sends incorrect responses until <see cref="AnswerNormally"/> is called.</summary>
    /// <param name="wrong">The kind of incorrect response.</param>
    /// <param name="endpoints">The endpoints that respond incorrectly.</param>
    public void AnswerWrongly(WrongAnswer wrong, RealmEndpoint endpoints = RealmEndpoint.All) =>
        _disturbances.AnswerWrongly(wrong, endpoints);

    /// <summary>Removes delays and incorrect responses.</summary>
    /// <param name="endpoints">The endpoints to restore.</param>
    public void AnswerNormally(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Clear(endpoints);
}
