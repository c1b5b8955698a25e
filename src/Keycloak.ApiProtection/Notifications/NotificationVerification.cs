using Keycloak.ApiProtection.Realms;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Verifies notifications with the keys of each scheme, and applies them to the schemes whose realm has signed them.</summary>
/// <remarks>
/// <para>
/// Keycloak sends a notification once and waits a few seconds at most. Therefore the schemes that have the key cached decide first, and
/// no scheme waits for another.
/// </para>
/// <para>
/// The verification continues when the sender disconnects, because Keycloak does not send the notification again. At most
/// <see cref="MostWithoutSender"/> such verifications wait at the same time, because an attacker can send and disconnect at no cost.
/// A sender that stays connected counts among the realm's waiting notifications (<see cref="RealmSettings.MaximumWaiters"/>).
/// </para>
/// </remarks>
internal sealed class NotificationVerification(NotificationSchemes schemes, ILogger<NotificationVerification> logger)
{
    /// <summary>How many verifications may continue to wait for keys after their sender has disconnected.</summary>
    public const int MostWithoutSender = 100;

    private int _withoutSender;

    /// <summary>Gets how many verifications wait for keys although their sender has disconnected.</summary>
    public int WithoutSender => Volatile.Read(ref _withoutSender);

    /// <summary>Verifies and applies a notification for each scheme.</summary>
    /// <param name="message">The notification.</param>
    /// <param name="content">Its content. It is applied at most once for each scheme, and possibly concurrently.</param>
    /// <param name="disconnected">Canceled when the sender has disconnected.</param>
    public async ValueTask<NotificationOutcome> TakeAsync(RealmMessage message, INotification content, CancellationToken disconnected)
    {
        var all = schemes.All;
        var outcomes = new NotificationOutcome[all.Count];
        var waiting = new List<int>();
        for (var i = 0; i < all.Count; i++)
        {
            if (content.Check(all[i]) is { } rejection)
            {
                outcomes[i] = rejection;
            }
            else if (message.TryVerify(all[i].Policy, all[i].Keys, out var verified))
            {
                outcomes[i] = Apply(content, all[i], verified);
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
                    var verified = await VerifyAsync(message, all[i], content.SignedAt, cancellation);
                    outcomes[i] = Apply(content, all[i], verified);
                })),
                disconnected);
        }

        return outcomes.Aggregate((together, outcome) => together.And(outcome));
    }

    /// <summary>Lets the notification be received again.</summary>
    public void Forget(INotification content)
    {
        foreach (var scheme in schemes.All)
        {
            scheme.Posted.Forget(content.Id!);
        }
    }

    /// <summary>Applies a verified notification, unless it is a replay.</summary>
    private NotificationOutcome Apply(INotification content, NotificationScheme scheme, NotificationOutcome verified)
    {
        if (!verified.IsTaken)
        {
            return verified;
        }

        if (!scheme.Posted.IsFirst(content.Id!, content.ExpiresAt!.Value + scheme.Policy.ClockSkew))
        {
            return NotificationRejection.Replay;
        }

        content.Apply(scheme, logger);
        return NotificationOutcome.Taken;
    }

    private static async Task<NotificationOutcome> VerifyAsync(
        RealmMessage message, NotificationScheme scheme, DateTimeOffset signedAt, CancellationToken cancellation)
    {
        try
        {
            return await message.VerifyAsync(scheme.Policy, scheme.Keys, signedAt, cancellation);
        }
        catch (OperationCanceledException)
        {
            return NotificationOutcome.Undecided(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>
    /// Waits for the verification, unless the sender has disconnected and too many verifications wait without their sender.
    /// </summary>
    private async Task WaitAsync(Func<CancellationToken, Task> verify, CancellationToken disconnected)
    {
        using var giveUp = new CancellationTokenSource();
        var holdsPlace = false;
        try
        {
            // Disposing it waits for the callback, so that both variables are final afterwards.
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
