import { useNavigate } from 'react-router'
import { type SessionUser, signOut } from '../data/session.ts'
import { paths } from '../paths.ts'
import { Avatar } from '../ui/bits.tsx'
import { Button } from '../ui/Button.tsx'
import { Menu, MenuChoice, MenuHead, MenuItem, MenuLine } from '../ui/Menu.tsx'
import { chooseTheme, useThemeChoice } from './theme.ts'

const themes = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['system', 'Follow the system'],
] as const

/** The foot of the navigation: who I am, the theme, and the way out. */
export function AccountMenu({ user }: { user: SessionUser }) {
  const theme = useThemeChoice()
  const navigate = useNavigate()
  return (
    <div className="foot">
      <Menu
        label="Account"
        side="top"
        trigger={
          <button type="button" className="who" aria-label={`Account of ${user.username}`} title={user.displayName}>
            <Avatar name={user.username} />
            <span className="lbl grow sm ell">{user.username}</span>
          </button>
        }
      >
        <MenuHead>
          {user.displayName}
          {user.isAdmin ? ', administrator' : ''}
        </MenuHead>
        <MenuItem icon="token" onSelect={() => void navigate(paths.tokens())}>
          Tokens
        </MenuItem>
        <MenuItem icon="logOut" onSelect={() => void signOut()}>
          Log out
        </MenuItem>
        <MenuLine />
        <MenuHead>Theme</MenuHead>
        <MenuChoice value={theme} options={themes} onChange={chooseTheme} />
      </Menu>
      <ThemeMenu />
    </div>
  )
}

export function ThemeMenu({ words }: { words?: boolean }) {
  const choice = useThemeChoice()
  return (
    <Menu
      label="Theme"
      side="top"
      align="end"
      trigger={
        <Button kind="ghost" small icon="theme" aria-label="Theme" className="lbl">
          {words ? 'Theme' : undefined}
        </Button>
      }
    >
      <MenuHead>Theme</MenuHead>
      <MenuChoice value={choice} options={themes} onChange={chooseTheme} />
      <MenuLine />
      <MenuHead>Kept on this device</MenuHead>
    </Menu>
  )
}
