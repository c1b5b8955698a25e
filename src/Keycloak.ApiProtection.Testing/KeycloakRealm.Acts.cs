namespace Keycloak.ApiProtection.Testing;

/// <content>What can be done to the realm, as an administrator, a user or fate would do it.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>New keys sign from now on, for every algorithm that the realm has keys for.</summary>
    /// <param name="keepOldKeys">
    /// True: the old keys become passive; they sign nothing any more and stay in the JWKS. False: they are gone from the JWKS at once, as if an
    /// administrator had disabled them.
    /// </param>
    public void RotateKeys(bool keepOldKeys = true) => _realm.Keys.Rotate(keepOldKeys);

    /// <summary>Takes passive keys, which <see cref="RotateKeys"/> had kept, out of the JWKS.</summary>
    public void RemovePassiveKeys() => _realm.Keys.RemovePassive();

    /// <summary>Disables a user: tokens are inactive, no new ones are issued.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public void DisableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: false);

    /// <summary>Enables a user: tokens that have not expired are active again.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public void EnableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: true);

    /// <summary>Ends one session, for all its clients.</summary>
    /// <param name="sessionId">The claim <c>sid</c> of its tokens.</param>
    /// <returns>False where there was no such session.</returns>
    public bool EndSession(string sessionId) => _realm.Sessions.End(sessionId);

    /// <summary>Ends all sessions of a user; offline sessions stay, as in Keycloak.</summary>
    /// <param name="username">The user.</param>
    /// <returns>How many sessions there were.</returns>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public int LogOut(string username) => _realm.Sessions.EndAllOf(_realm.RequireUser(username).Id);

    /// <summary>A user withdraws the consent for a client: its tokens are inactive, the user's sessions and their other clients live on.</summary>
    /// <param name="username">The user.</param>
    /// <param name="clientId">The client.</param>
    /// <exception cref="ArgumentException">There is no such user or client.</exception>
    public void WithdrawConsent(string username, string clientId) =>
        _realm.Sessions.EndClientOf(_realm.RequireUser(username).Id, _realm.RequireClient(clientId).Id);

    /// <summary>"Sign out all active sessions": all online sessions end, and tokens issued before this second are inactive.</summary>
    public void SignOutAll() => _realm.Sessions.EndAll();

    /// <summary>Sets the not-before mark: tokens issued before it are inactive.</summary>
    /// <param name="time">The mark, kept in whole seconds.</param>
    /// <param name="clientId">The client whose mark it is; null for the realm's.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void SetNotBefore(DateTimeOffset time, string? clientId = null)
    {
        if (clientId is null)
        {
            _realm.Sessions.SetNotBefore(time.ToUnixTimeSeconds());
        }
        else
        {
            _realm.Sessions.SetNotBefore(_realm.RequireClient(clientId), time.ToUnixTimeSeconds());
        }
    }

    /// <summary>The realm cannot be reached: open connections break, and so does every new one before it is answered.</summary>
    /// <remarks>The port stays taken, so that nobody else gets it until <see cref="ComeBack"/>.</remarks>
    public void GoDown()
    {
        _disturbances.IsDown = true;
        _host.DropConnections();
    }

    /// <summary>The realm can be reached again, with the same keys, sessions and port.</summary>
    public void ComeBack() => _disturbances.IsDown = false;

    /// <summary>Every answer takes longer.</summary>
    /// <param name="delay">How much, by the realm's <see cref="KeycloakRealmOptions.TimeProvider"/>; zero ends it.</param>
    /// <param name="endpoints">Where.</param>
    public void AnswerSlowly(TimeSpan delay, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Delay(delay, endpoints);

    /// <summary>Holds all answers back until the result is disposed: for tests of what happens meanwhile, without any sleeping.</summary>
    /// <param name="endpoints">Where.</param>
    /// <returns>Dispose it to let the answers go.</returns>
    public IDisposable HoldAnswers(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Hold(endpoints);

    /// <summary>Answers wrongly until <see cref="AnswerNormally"/>.</summary>
    /// <param name="wrong">How.</param>
    /// <param name="endpoints">Where.</param>
    public void AnswerWrongly(WrongAnswer wrong, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.AnswerWrongly(wrong, endpoints);

    /// <summary>Ends slow and wrong answers.</summary>
    /// <param name="endpoints">Where.</param>
    public void AnswerNormally(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Clear(endpoints);
}
