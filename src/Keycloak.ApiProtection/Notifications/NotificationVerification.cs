using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Verifies what Keycloak sends with the keys of every scheme, and applies it where a scheme's realm has signed it.</summary>
/// <remarks>
/// <para>
/// Keycloak sends a notification once and waits some seconds at most. So the schemes with the key at hand decide first, and no scheme waits for another.
/// </para>
/// <para>
/// A sender that disconnects does not end the verification: the notification was received, and nobody sends it again. Of such
/// verifications at most <see cref="MostWithoutSender"/> wait at the same time, because a sender that disconnects costs a stranger nothing;
/// a sender that stays connected has a place among the realm's waiting notifications (<see cref="RealmSettings.MaximumWaiters"/>).
/// </para>
/// </remarks>
internal sealed class NotificationVerification(NotificationSchemes schemes)
{
    /// <summary>How many verifications go on waiting for keys after their sender has disconnected.</summary>
    public const int MostWithoutSender = 100;

    private int _withoutSender;

    /// <summary>Gets how many verifications wait for keys whose sender has disconnected.</summary>
    public int WithoutSender => Volatile.Read(ref _withoutSender);

    /// <summary>Verifies and applies a notification for each scheme.</summary>
    /// <param name="message">What was received.</param>
    /// <param name="none">The outcome where there is no scheme.</param>
    /// <param name="issuedAt">When it was issued; asked only where <paramref name="check"/> finds nothing.</param>
    /// <param name="check">All that can be rejected without a key.</param>
    /// <param name="apply">Applies what the scheme's realm has signed; at most once for each scheme, for several schemes perhaps at the same time.</param>
    /// <param name="disconnected">Cancelled when the sender has disconnected.</param>
    public async ValueTask<NotificationOutcome> TakeAsync(
        RealmMessage message,
        NotificationOutcome none,
        DateTimeOffset issuedAt,
        Func<NotificationScheme, NotificationRejection?> check,
        Func<NotificationScheme, NotificationOutcome> apply,
        CancellationToken disconnected)
    {
        var all = schemes.All;
        var outcomes = new NotificationOutcome[all.Count];
        var waiting = new List<int>();
        for (var i = 0; i < all.Count; i++)
        {
            if (check(all[i]) is { } refusal)
            {
                outcomes[i] = refusal;
            }
            else if (message.TryVerify(all[i].Policy, all[i].Keys, out var verified))
            {
                outcomes[i] = verified.IsTaken ? apply(all[i]) : verified;
            }
            else
            {
                waiting.Add(i);
            }
        }

        if (waiting.Count > 0)
        {
            await WaitAsync(
                cancellation => Task.WhenAll(waiting.Select(async i =>
                {
                    var verified = await VerifyAsync(message, all[i], issuedAt, cancellation);
                    outcomes[i] = verified.IsTaken ? apply(all[i]) : verified;
                })),
                disconnected);
        }

        return outcomes.Aggregate(none, (together, outcome) => together.And(outcome));
    }

    private static async Task<NotificationOutcome> VerifyAsync(RealmMessage message, NotificationScheme scheme, DateTimeOffset issuedAt, CancellationToken cancellation)
    {
        try
        {
            return await message.VerifyAsync(scheme.Policy, scheme.Keys, issuedAt, cancellation);
        }
        catch (OperationCanceledException)
        {
            return NotificationOutcome.Undecided(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Waits to the end, unless the sender has disconnected and too many wait without theirs.</summary>
    private async Task WaitAsync(Func<CancellationToken, Task> verify, CancellationToken disconnected)
    {
        using var giveUp = new CancellationTokenSource();
        var holdsPlace = false;
        try
        {
            // Its disposal waits for the callback, so that both variables are settled afterwards.
            using var registration = disconnected.UnsafeRegister(
                _ =>
                {
                    holdsPlace = TryTakePlace();
                    if (!holdsPlace)
                    {
                        giveUp.Cancel();
                    }
                },
                null);
            await verify(giveUp.Token);
        }
        finally
        {
            if (holdsPlace)
            {
                Interlocked.Decrement(ref _withoutSender);
            }
        }
    }

    private bool TryTakePlace()
    {
        if (Interlocked.Increment(ref _withoutSender) <= MostWithoutSender)
        {
            return true;
        }

        Interlocked.Decrement(ref _withoutSender);
        return false;
    }
}
