"""Who answers when: people, teams, schedules, and what happens when nobody does. Pure: time comes in as an argument."""
